// Prints what a layer's products add to the calls of their kernel, and whether they have libtorch's bits: first of a
// shape that comes again and again, then of one that comes after so many others as the first argument says.
const { Linear, noGrad, randn, setNumThreads } = require('../../../lib');
const { native } = require('../../../lib/native/addon');
const { Tensor } = require('../../../lib/tensor/tensor');

setNumThreads(1);

/** Both products five times, of which the kernel does what comes after a trial. */
function use(rows, inFeatures, outFeatures) {
  const layer = new Linear(inFeatures, outFeatures, { bias: false });
  const x = randn([rows, inFeatures]);
  const before = native().kernelCalls().product;
  const results = noGrad(() => Array.from({ length: 5 }, () => layer.forward(x)));
  const after = native().kernelCalls().product;
  const libtorchs = new Tensor(native().linear(x.handle, layer.parameters()[0].handle));
  const bitsOf = (tensor) => Buffer.from(tensor.toArray().buffer);
  return {
    ...Object.fromEntries(Object.entries(after).map(([name, count]) => [name, count - before[name]])),
    areSame: results.every((result) => bitsOf(result).equals(bitsOf(libtorchs))),
  };
}

const first = use(128, 100, 128);
const others = Number(process.argv[2] ?? 0);
for (let i = 0; i < others; i++) {
  const layer = new Linear(32, 32 + (i % 64), { bias: false });
  noGrad(() => layer.forward(randn([32 + Math.floor(i / 64), 32])).dispose());
  layer.dispose();
}
console.log(JSON.stringify({ first, again: use(128, 100, 128), last: use(128, 100, 150) }));
