import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
function write(header: string | object, data = Buffer.alloc(0)): string {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
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
    scalar: tensor(7),
    empty: zeros([0, 3]),
    transposed: arange(0, 6, 1, { dtype: 'float32' }).view(2, 3).transpose(0, 1),
    'name with "quotes" and ü': ones([1]),
  };

  test('reads back, tensors and metadata', () => {
    const path = join(folder, 'all.safetensors');
    writeSafetensors(path, { tensors, metadata: { made: 'here', ü: '"' } });
    const read = readSafetensors(path);
    expect(read.metadata).toEqual({ made: 'here', ü: '"' });
    expect(Object.keys(read.tensors)).toEqual(Object.keys(tensors));
    for (const [name, each] of Object.entries(tensors)) expectSame(read.tensors[name]!, each, name);
  });

  // What Python's reader insists on: the length of a header of JSON, data from a multiple of 8, no gap, no rest.
  test('has the header that the format asks for', () => {
    const path = join(folder, 'all.safetensors');
    writeSafetensors(path, { tensors });
    const bytes = readFileSync(path);
    const length = Number(bytes.readBigUInt64LE());
    const header = JSON.parse(bytes.toString('utf8', 8, 8 + length)) as Record<
      string,
      { dtype: string; shape: number[]; data_offsets: [number, number] }
    >;
    expect(length % 8).toBe(0);
    expect(bytes[8]).toBe('{'.charCodeAt(0));
    expect(header.float32).toEqual({ dtype: 'F32', shape: [2, 2], data_offsets: [0, 16] });
    expect(Object.values(header).map(({ dtype }) => dtype)).toEqual([
      'F32',
      'F64',
      'I64',
      'I32',
      'U8',
      'F32',
      'F32',
      'F32',
      'F32',
    ]);
    const ends = Object.values(header).map(({ data_offsets: [, end] }) => end);
    expect(Object.values(header).map(({ data_offsets: [begin] }) => begin)).toEqual([0, ...ends.slice(0, -1)]);
    expect(8 + length + ends.at(-1)!).toBe(bytes.length);
  });

  test('with a dtype that the format lacks is refused, and nothing written', () => {
    const error = errorOf(() =>
      writeSafetensors(join(folder, 'x.safetensors'), { tensors: { flag: ones([1], { dtype: 'bool' }) } }),
    );
    expect(error).toMatchObject({ code: 'ERR_INVALID_ARGUMENT', message: 'Cannot write flag: its dtype is bool' });
    expect(readdirSync(folder)).toEqual([]);
  });

  test('to a folder that is not there is ERR_FILE', () => {
    expect(errorOf(() => writeSafetensors(join(folder, 'no', 'x.safetensors'), { tensors })).code).toBe('ERR_FILE');
  });
});

describe('a damaged file is ERR_CHECKPOINT and says why', () => {
  const entry = { dtype: 'F32', shape: [2], data_offsets: [0, 8] };
  const LACKS = /a lacks a dtype, a shape or two data_offsets of whole numbers/;
  // biome-ignore format: a table
  const cases: [string, () => string, RegExp][] = [
    ['empty', () => writeBytes(''), /header does not end within the 0 bytes/],
    ['shorter than its length', () => writeBytes('abc'), /header does not end within the 3 bytes/],
    ['a header longer than the file', () => writeBytes(Buffer.alloc(100, 255)), /header does not end within/],
    ['no JSON', () => write('{"a": '), /header is not a JSON object/],
    ['JSON of a number', () => write('5'), /header is not a JSON object/],
    ['JSON of null', () => write('null'), /header is not a JSON object/],
    ['JSON of an array', () => write('[]'), /header is not a JSON object/],
    ['an entry of null', () => write({ a: null }), LACKS],
    ['an entry of a number', () => write({ a: 5 }), LACKS],
    ['truncated data', () => write({ a: entry }, Buffer.alloc(7)), /a needs bytes 0 to 8 of 7/],
    ['offsets past the end', () => write({ a: { ...entry, data_offsets: [4, 12] } }, Buffer.alloc(8)), /a needs bytes 4 to 12 of 8/],
    ['offsets before the start', () => write({ a: { ...entry, data_offsets: [-8, 0] } }, Buffer.alloc(8)), LACKS],
    ['offsets the wrong way round', () => write({ a: { ...entry, data_offsets: [8, 0] } }, Buffer.alloc(8)), /a needs bytes 8 to 0/],
    ['offsets that are no whole numbers', () => write({ a: { ...entry, data_offsets: [0.5, 8.5] } }, Buffer.alloc(9)), LACKS],
    ['offsets of text', () => write({ a: { ...entry, data_offsets: 'ab' } }, Buffer.alloc(8)), LACKS],
    ['no offsets', () => write({ a: { dtype: 'F32', shape: [2] } }, Buffer.alloc(8)), LACKS],
    ['bytes that make no float', () => write({ a: { ...entry, data_offsets: [0, 7] } }, Buffer.alloc(8)), /a has 7 bytes/],
    ['another shape', () => write({ a: { ...entry, shape: [3] } }, Buffer.alloc(8)), /a has 2 elements for shape \(3\)/],
    ['a negative shape', () => write({ a: { ...entry, shape: [-1, -2] } }, Buffer.alloc(8)), LACKS],
    ['a shape of text', () => write({ a: { ...entry, shape: ['2'] } }, Buffer.alloc(8)), LACKS],
    ['no shape', () => write({ a: { ...entry, shape: undefined } }, Buffer.alloc(8)), LACKS],
    ['an unknown type', () => write({ a: { ...entry, dtype: 'F8_E4M3' } }, Buffer.alloc(8)), /a is of type F8_E4M3, which is not supported/],
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
