// What the features of an ONNX file are: onnx-features.js FILE, with images on stdin. In a process of its own, because
// onnxruntime does not know jest's typed arrays.
const { readFileSync } = require('node:fs');
const { OnnxFeatures } = require('../../../lib/evaluation/onnx-features');

async function main() {
  const { images, ...size } = JSON.parse(readFileSync(0, 'utf8'));
  const set = { images: Uint8Array.from(images), ...size };
  const features = await OnnxFeatures.load(process.argv[2], set);
  const seen = await features.look(set);
  features.dispose();
  const { kind, size: numFeatures, description } = features;
  return { kind, numFeatures, description, dims: seen.features.shape, numbers: Array.from(seen.features.toArray()) };
}

main().then(
  (result) => console.log(JSON.stringify(result)),
  ({ code, message }) => console.log(JSON.stringify({ code, message })),
);
