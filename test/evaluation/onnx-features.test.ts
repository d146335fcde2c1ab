import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ImageSet } from '../../src/data/image-set';
import { encodeOnnx, type OnnxNode, type OnnxValue } from '../../src/models/onnx-file';
import { useTemporaryFolder } from '../cli/cli';

const folder = useTemporaryFolder();
const file = () => join(folder(), 'model.onnx');

interface Graph {
  type?: 'float32' | 'uint8';
  inputs?: OnnxValue[];
  nodes?: OnnxNode[];
  outputs?: OnnxValue[];
}

const images = (...dims: OnnxValue['dims']): OnnxValue => ({ name: 'images', dims });
const asFloats: OnnxNode = { op: 'Cast', inputs: ['images'], outputs: ['floats'], attributes: { to: { int: 1 } } };
const flatten: OnnxNode = { op: 'Flatten', inputs: ['floats'], outputs: ['features'] };

/** Writes a model whose features are the pixels that it sees. */
function writeModel({
  type = 'float32',
  inputs = [images('N', 3, 'H', 'W')],
  nodes = [asFloats, flatten],
  outputs = [{ name: 'features', dims: ['N', 'F'] }],
}: Graph = {}): void {
  const graph = { name: 'graph', inputs, outputs, nodes, initializers: [] };
  const model = Buffer.from(encodeOnnx({ graph, opset: 17, producer: { name: '', version: '' }, metadata: {} }));
  // The type of the graph's input, ONNX's 1 or 2, comes after its name; only float32 is ever written.
  const name = model.lastIndexOf('images');
  if (type === 'uint8') model[model.indexOf(Buffer.of(0x08, 1), name) + 1] = 2;
  writeFileSync(file(), model);
}

/** Two images of 2 x 2 pixels, RGB: the first has one value for each channel. */
const pixels = [
  ...[255, 255, 255, 255],
  ...[51, 51, 51, 51],
  ...[0, 0, 0, 0],
  ...Array.from({ length: 12 }, (_, i) => i),
];
const set = { images: pixels, count: 2, channels: 3, height: 2, width: 2 };

interface Outcome {
  code?: string;
  message?: string;
  kind: string;
  numFeatures: number;
  description: string;
  dims: number[];
  numbers: number[];
}

function look(seen: Omit<ImageSet, 'images' | 'channels'> & { images: number[]; channels: number } = set): Outcome {
  const script = join(__dirname, 'children', 'onnx-features.js');
  return JSON.parse(
    execFileSync(process.execPath, [script, file()], { input: JSON.stringify(seen), encoding: 'utf8' }),
  );
}

const close = (numbers: number[]) => numbers.map((number) => expect.closeTo(number, 5) as number);

test('floats from 0 to 1, in RGB, of the size that the images have', () => {
  writeModel();
  const { numbers, ...rest } = look();
  const description = `the 12 features of ${file()}`;
  expect(rest).toEqual({ kind: 'onnx', numFeatures: 12, description, dims: [2, 12] });
  expect(numbers).toEqual(close(pixels.map((byte) => byte / 255)));
});

test('bytes from 0 to 255', () => {
  writeModel({ type: 'uint8' });
  expect(look().numbers).toEqual(pixels);
});

test('images are resized to the size that the model wants, and fill a batch of fixed size', () => {
  writeModel({ type: 'uint8', inputs: [images(5, 3, 1, 4)] });
  const { dims, numbers } = look();
  expect(dims).toEqual([2, 12]);
  expect(numbers.slice(0, 12)).toEqual([255, 255, 255, 255, 51, 51, 51, 51, 0, 0, 0, 0]);
});

test('gray images have three equal channels, transparent ones are on white', () => {
  writeModel({ type: 'uint8' });
  expect(look({ images: [1, 2], count: 1, channels: 1, height: 1, width: 2 }).numbers).toEqual([1, 2, 1, 2, 1, 2]);
  const half = { images: [200, 0, 0, 0, 0, 0, 255, 0], count: 1, channels: 4, height: 1, width: 2 };
  expect(look(half).numbers).toEqual([200, 255, 0, 255, 0, 255]);
});

test('maps of one pixel are features too', () => {
  const pool: OnnxNode = { op: 'GlobalAveragePool', inputs: ['floats'], outputs: ['features'] };
  writeModel({ nodes: [asFloats, pool], outputs: [{ name: 'features', dims: ['N', 3, 1, 1] }] });
  const { dims, numbers } = look();
  expect(dims).toEqual([2, 3]);
  expect(numbers.slice(0, 3)).toEqual(close([1, 0.2, 0]));
});

test.each<[string, Graph, string | RegExp]>([
  [
    'gray input',
    { inputs: [images('N', 1, 8, 8)] },
    /Expected one input \(N, 3, H, W\) of uint8, from 0 to 255, or float32, .* but found images \(N, 1, 8, 8\) of float32/,
  ],
  ['channels last', { inputs: [images('N', 8, 8, 3)] }, /\(N, 8, 8, 3\) of float32/],
  ['a vector', { inputs: [images('N', 12)] }, /but found images \(N, 12\) of float32/],
  [
    'two inputs',
    { inputs: [images('N', 3, 8, 8), { name: 'more', dims: [1] }] },
    /images \(.*\) of float32, more \(1\)/,
  ],
  [
    'too many features',
    { inputs: [images('N', 3, 64, 64)] },
    /at most 4096 features .* received \(1, 12288\) of float32/,
  ],
  [
    'one vector for all',
    {
      nodes: [asFloats, { op: 'Flatten', inputs: ['floats'], outputs: ['features'], attributes: { axis: { int: 0 } } }],
      inputs: [images(2, 3, 2, 2)],
      outputs: [{ name: 'features', dims: [1, 24] }],
    },
    /a first output \(N, F\) .* received \(1, 24\) of float32 for 2 images/,
  ],
  [
    'NaN',
    {
      nodes: [asFloats, { op: 'Log', inputs: ['floats'], outputs: ['logs'] }, { ...flatten, inputs: ['logs'] }],
    },
    /gives features that are NaN or infinite/,
  ],
])('a model that is unsuitable is refused with its file: %s', (_, graph, message) => {
  writeModel(graph);
  const outcome = look();
  expect(outcome.message).toMatch(message);
  expect(outcome.message).toContain(file());
  expect(outcome.code).toMatch(/^ERR_(DATA_FORMAT|NOT_FINITE)$/);
});

test('a file that is none is refused', () => {
  writeFileSync(file(), 'not a model');
  expect(look()).toMatchObject({
    code: 'ERR_DATA_FORMAT',
    message: expect.stringMatching(/^Expected an ONNX model in .*model\.onnx, but onnxruntime cannot load it: /),
  });
});
