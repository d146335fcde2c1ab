// What onnxruntime makes of a model: onnx.js FILE, with the inputs of its runs as [dims, numbers, labels] on stdin. In a process
// of its own, because onnxruntime does not know jest's typed arrays.
const { readFileSync } = require('node:fs');
const { InferenceSession, Tensor } = require('onnxruntime-node');

async function main() {
  const session = await InferenceSession.create(process.argv[2]);
  const [input, label] = session.inputNames;
  const [output] = session.outputNames;
  const runs = [];
  for (const [dims, numbers, labels] of JSON.parse(readFileSync(0, 'utf8'))) {
    const results = await session.run({
      [input]: new Tensor('float32', Float32Array.from(numbers), dims),
      ...(label && { [label]: new Tensor('int64', BigInt64Array.from(labels, BigInt), [labels.length]) }),
    });
    runs.push({ dims: results[output].dims, numbers: Array.from(results[output].data) });
  }
  console.log(JSON.stringify({ input, ...(label && { label }), output, runs }));
}

main();
