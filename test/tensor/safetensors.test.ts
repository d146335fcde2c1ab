import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { native } from '../../src/native/addon';
import { DTYPES } from '../../src/native/handle';
import { arange, ones, tensor, zeros } from '../../src/tensor/creation';
import { readSafetensors, writeSafetensors } from '../../src/tensor/safetensors';
import type { Tensor } from '../../src/tensor/tensor';
import { errorOf } from '../error-of';
import { expectSame } from '../fixtures/fixture';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'safetensors-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A file of a header and data bytes. */
function write(header: string | Buffer | object, data = Buffer.alloc(0)): string {
  const json = Buffer.isBuffer(header)
    ? header
    : Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return writeBytes(Buffer.concat([length, json, data]));
}

function writeBytes(bytes: string | Buffer): string {
  const path = join(folder, 'file.safetensors');
  writeFileSync(path, bytes);
  return path;
}

describe('a file written', () => {
  const tensors: Record<string, Tensor> = {
    // biome-ignore format: a matrix
    float32: tensor([[0.1, Number.NaN], [-0, Number.NEGATIVE_INFINITY]]),
    float64: tensor([1 / 3], { dtype: 'float64' }),
    int64: tensor(BigInt64Array.of(2n ** 63n - 1n, -1n)),
    int32: tensor(Int32Array.of(-5)),
    uint8: tensor(Uint8Array.of(1, 2, 255)),
    bool: tensor([1, 0, 1], { dtype: 'bool' }),
    float16: tensor([[65504, -0, 1 / 3]], { dtype: 'float16' }),
    bfloat16: tensor([3e38, Number.NaN], { dtype: 'bfloat16' }),
    scalar: tensor(7),
    empty: zeros([0, 3]),
    transposed: arange(0, 6, 1, { dtype: 'float32' }).view(2, 3).transpose(0, 1),
    'name with "quotes" and ü': ones([1]),
  };

  test('reads back, tensors and metadata', () => {
    const path = join(folder, 'all.safetensors');
    writeSafetensors(path, tensors, { metadata: { made: 'here', ü: '"' } });
    const read = readSafetensors(path);
    expect(read.metadata).toEqual({ made: 'here', ü: '"' });
    expect(Object.keys(read.tensors)).toEqual(Object.keys(tensors));
    for (const [name, each] of Object.entries(tensors)) expectSame(read.tensors[name]!, each, name);
  });

  // What Python's reader insists on: the length of a header of JSON, data from a multiple of 8, no gap, no rest.
  test('has the header that the format asks for', () => {
    const path = join(folder, 'all.safetensors');
    writeSafetensors(path, tensors);
    const bytes = readFileSync(path);
    const length = Number(bytes.readBigUInt64LE());
    const header = JSON.parse(bytes.toString('utf8', 8, 8 + length)) as Record<
      string,
      { dtype: string; shape: number[]; data_offsets: [number, number] }
    >;
    expect(length % 8).toBe(0);
    expect(bytes[8]).toBe('{'.charCodeAt(0));
    expect(header.float32).toMatchObject({ dtype: 'F32', shape: [2, 2] });
    expect(Object.values(header).map(({ dtype }) => dtype)).toEqual([
      'F32',
      'F64',
      'I64',
      'I32',
      'U8',
      'BOOL',
      'F16',
      'BF16',
      'F32',
      'F32',
      'F32',
      'F32',
    ]);
    const offsets = Object.values(header).map(({ data_offsets }) => data_offsets);
    offsets.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    expect(offsets.map(([begin]) => begin)).toEqual([0, ...offsets.slice(0, -1).map(([, end]) => end)]);
    expect(8 + length + offsets.at(-1)![1]).toBe(bytes.length);
    const size = (dtype: string) => Number(/\d+/.exec(dtype === 'BOOL' ? '8' : dtype)) / 8;
    expect(Object.values(header).map(({ dtype, data_offsets: [begin] }) => begin % size(dtype))).toEqual(
      Array(offsets.length).fill(0),
    );
  });

  test('has names that JavaScript treats apart', () => {
    const path = join(folder, 'names.safetensors');
    const names = ['__proto__', 'constructor', 'toString', '', '7', 'a.b'];
    writeSafetensors(path, Object.fromEntries(names.map((name, i) => [name, tensor(i)])), {
      metadata: JSON.parse('{"__proto__": "text"}'),
    });
    const read = readSafetensors(path);
    expect(Object.entries(read.metadata)).toEqual([['__proto__', 'text']]);
    const items = Object.entries(read.tensors).map(([name, each]) => [name, each.item()]);
    expect(items.sort()).toEqual(names.map((name, i) => [name, i]).sort());
  });

  test.each<[string, () => void, string]>([
    [
      'the old shape',
      () => write_({ tensors, metadata: {} }),
      'Expected a Tensor for tensors.tensors but received an object',
    ],
    ['a number', () => write_({ w: 5 }), 'Expected a Tensor for tensors.w but received 5'],
    ['numbers', () => write_({ w: [1] }), 'Expected a Tensor for tensors.w but received an array of 1'],
    ['a tensor', () => write_(ones([1])), 'Expected an object of Tensors by name for tensors but received a Tensor'],
    [
      'an array',
      () => write_([ones([1])]),
      'Expected an object of Tensors by name for tensors but received an array of 1',
    ],
    [
      'a map',
      () => write_(new Map([['w', ones([1])]])),
      'Expected an object of Tensors by name for tensors but received a Map',
    ],
    ['nothing', () => write_(undefined), 'Expected an object of Tensors by name for tensors but received undefined'],
    [
      'a symbol',
      () => write_({ [Symbol('w')]: ones([1]) }),
      'Expected an object of Tensors by name for tensors but received an object',
    ],
    [
      'half a character',
      () => write_({ '\ud800': ones([1]) }),
      'Expected well-formed Unicode for a name in tensors but received "\\ud800"',
    ],
    [
      'the name of the metadata',
      () => write_({ __metadata__: ones([1]) }),
      'Expected anything but __metadata__ for a name in tensors but received "__metadata__"',
    ],
    [
      'metadata of numbers',
      () => write_({}, { metadata: { epoch: 3 } }),
      'Expected a string for metadata.epoch but received 3',
    ],
    [
      'metadata of text',
      () => write_({}, { metadata: 'pt' }),
      'Expected an object of strings by name for metadata but received "pt"',
    ],
    [
      'metadata in their place',
      () => write_({}, { format: 'pt' }),
      'Unknown option "format". Known options: metadata.',
    ],
    ['a misspelled option', () => write_({}, { metdata: {} }), 'Unknown option "metdata". Did you mean "metadata"?'],
    [
      'a getter that throws',
      () => write_(Object.defineProperty({}, 'w', { enumerable: true, get: () => JSON.parse('{') })),
      expect.stringMatching(/^Expected an object whose properties can be read for tensors\.w but received /),
    ],
  ])('with %s is refused, and nothing written', (_, body, message) => {
    expect(errorOf(body)).toMatchObject({ code: 'ERR_INVALID_ARGUMENT', message });
    expect(readdirSync(folder)).toEqual([]);
  });

  function write_(...args: unknown[]): void {
    (writeSafetensors as (...args: unknown[]) => void)(join(folder, 'x.safetensors'), ...args);
  }

  test('to a folder that is not there is ERR_FILE', () => {
    expect(errorOf(() => writeSafetensors(join(folder, 'no', 'x.safetensors'), tensors)).code).toBe('ERR_FILE');
  });
});

describe('a file of Python', () => {
  const file = join(__dirname, '../fixtures/tensor/dtypes.safetensors');

  test('has every dtype, read and written to the last bit', () => {
    const path = join(folder, 'again.safetensors');
    const { tensors, metadata } = readSafetensors(file);
    const { cases } = JSON.parse(metadata.madeBy!) as { cases: Record<string, string> };
    writeSafetensors(path, tensors, { metadata });
    for (const source of [tensors, readSafetensors(path).tensors]) {
      const hexes = Object.entries(source).map(([name, { handle }]) => [
        name,
        Buffer.from(native().toBytes(handle)).toString('hex'),
      ]);
      expect(Object.fromEntries(hexes)).toEqual(cases);
    }
    expect(Object.values(tensors).map(({ dtype }) => dtype)).toEqual(expect.arrayContaining([...DTYPES]));
  });
});

describe('a damaged file is ERR_CHECKPOINT and says why', () => {
  const entry = { dtype: 'F32', shape: [2], data_offsets: [0, 8] };
  const LACKS = /a lacks a dtype, a shape or two data_offsets of whole numbers/;
  // biome-ignore format: a table
  const cases: [string, () => string, RegExp][] = [
    ['empty', () => writeBytes(''), /header extends past the end of the file \(0 bytes\)/],
    ['shorter than its length', () => writeBytes('abc'), /header extends past the end of the file \(3 bytes\)/],
    ['a header longer than the file', () => writeBytes(Buffer.alloc(100, 255)), /header extends past the end of the file/],
    ['no JSON', () => write('{"a": '), /header is not a JSON object/],
    ['JSON of a number', () => write('5'), /header is not a JSON object/],
    ['JSON of null', () => write('null'), /header is not a JSON object/],
    ['JSON of an array', () => write('[]'), /header is not a JSON object/],
    ['an entry of null', () => write({ a: null }), LACKS],
    ['an entry of a number', () => write({ a: 5 }), LACKS],
    ['truncated data', () => write({ a: entry }, Buffer.alloc(7)), /a spans bytes 0 to 8 of 7/],
    ['offsets past the end', () => write({ a: { ...entry, data_offsets: [4, 12] } }, Buffer.alloc(8)), /a spans bytes 4 to 12 of 8/],
    ['offsets before the start', () => write({ a: { ...entry, data_offsets: [-8, 0] } }, Buffer.alloc(8)), LACKS],
    ['offsets the wrong way round', () => write({ a: { ...entry, data_offsets: [8, 0] } }, Buffer.alloc(8)), /a spans bytes 8 to 0/],
    ['offsets that are no whole numbers', () => write({ a: { ...entry, data_offsets: [0.5, 8.5] } }, Buffer.alloc(9)), LACKS],
    ['offsets of text', () => write({ a: { ...entry, data_offsets: 'ab' } }, Buffer.alloc(8)), LACKS],
    ['no offsets', () => write({ a: { dtype: 'F32', shape: [2] } }, Buffer.alloc(8)), LACKS],
    ['bytes that make no float', () => write({ a: { ...entry, data_offsets: [0, 7] } }, Buffer.alloc(8)), /a has 7 bytes instead of 8 for float32 \[2\]/],
    ['another shape', () => write({ a: { ...entry, shape: [3] } }, Buffer.alloc(8)), /a has 8 bytes instead of 12 for float32 \[3\]/],
    ['a negative shape', () => write({ a: { ...entry, shape: [-1, -2] } }, Buffer.alloc(8)), LACKS],
    ['a shape of text', () => write({ a: { ...entry, shape: ['2'] } }, Buffer.alloc(8)), LACKS],
    ['no shape', () => write({ a: { ...entry, shape: undefined } }, Buffer.alloc(8)), LACKS],
    ['an unknown type', () => write({ a: { ...entry, dtype: 'F8_E4M3' } }, Buffer.alloc(8)), /a has dtype F8_E4M3; supported are F64, I64, F32, I32, F16, BF16, U8, BOOL$/],
    ['unsigned shorts', () => write({ a: entry, b: { dtype: 'U16', shape: [1], data_offsets: [8, 10] } }, Buffer.alloc(10)), /b has dtype U16/],
    ['a hole between tensors', () => write({ a: entry, b: { ...entry, data_offsets: [9, 17] } }, Buffer.alloc(17)), /bytes 8 to 9 belong to no tensor/],
    ['a hole at the start', () => write({ a: { ...entry, data_offsets: [4, 12] } }, Buffer.alloc(12)), /bytes 0 to 4 belong to no tensor/],
    ['data behind the last', () => write({ a: entry }, Buffer.alloc(12)), /bytes 8 to 12 belong to no tensor/],
    ['overlapping tensors', () => write({ a: entry, b: { ...entry, data_offsets: [4, 12] } }, Buffer.alloc(12)), /b overlaps another tensor, from byte 4/],
    ['two tensors in one place', () => write({ a: entry, b: entry }, Buffer.alloc(8)), /b overlaps another tensor/],
    ['a name twice', () => write(`{"a": ${JSON.stringify(entry)}, "\\u0061": ${JSON.stringify(entry)}}`, Buffer.alloc(8)), /its header has "a" twice/],
    ['a field twice', () => write('{"a": {"dtype": "F32", "shape": [1], "dtype": "I32", "data_offsets": [0, 4]}}', Buffer.alloc(4)), /its header has "dtype" twice/],
    ['metadata that are no text', () => write({ __metadata__: { a: 1 } }), /its __metadata__ does not map names to text/],
    ['metadata of an array', () => write({ __metadata__: ['a'] }), /its __metadata__ does not map names to text/],
    ['a header that is not UTF-8', () => write(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])), /header is not a JSON object/],
    ['a shape beyond all numbers', () => write({ a: { ...entry, shape: [2 ** 40, 2 ** 40] } }, Buffer.alloc(8)), /a has 8 bytes instead of/],
    ['booleans of other bytes', () => write({ a: { dtype: 'BOOL', shape: [2], data_offsets: [0, 2] } }, Buffer.from([1, 2])), /a has bytes that are neither true \(1\) nor false \(0\)/],
  ];

  test.each(cases)('%s', (_, make, message) => {
    const path = make();
    const error = errorOf(() => readSafetensors(path));
    expect(error.message).toMatch(message);
    expect(error.message.startsWith(path)).toBe(true);
    expect(error.code).toBe('ERR_CHECKPOINT');
  });

  test('that is not there is ERR_FILE', () => {
    expect(errorOf(() => readSafetensors(join(folder, 'none.safetensors')))).toMatchObject({
      code: 'ERR_FILE',
      message: expect.stringContaining('none.safetensors'),
    });
  });
});
