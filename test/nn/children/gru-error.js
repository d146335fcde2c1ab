// Prints the largest relative error of the fused GRU against libtorch's own, on the kernels that the environment picks.
const { grad, GRU, manualSeed, randn, setNumThreads } = require('../../../lib');

setNumThreads(1);
manualSeed(1);
let worst = 0;
for (const [inputSize, hiddenSize, batch, time] of [
  [1, 64, 32, 20],
  [2, 7, 3, 11],
  [9, 65, 5, 4],
]) {
  const fused = new GRU(inputSize, hiddenSize);
  const exact = new GRU(inputSize, hiddenSize, { exact: true });
  exact.loadStateDict(fused.stateDict());
  const x = randn([batch, time, inputSize]);
  x.requiresGrad = true;
  const [actual, expected] = [fused, exact].map((gru) => {
    const { output } = gru.forward(x);
    return [output, ...grad(output.square().sum(), [x, ...gru.parameters()])];
  });
  for (const [index, tensor] of actual.entries()) {
    const difference = tensor.sub(expected[index]).abs().max().item();
    worst = Math.max(worst, difference / expected[index].abs().max().item());
  }
}
console.log(worst);
