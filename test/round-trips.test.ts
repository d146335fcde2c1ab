import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { readIdx } from '../src/data/idx';
import type { Channels } from '../src/data/image-set';
import { readImages } from '../src/data/images';
import { readSeries } from '../src/data/series';
import { native } from '../src/native/addon';
import { DTYPES } from '../src/native/handle';
import { writeGrid } from '../src/report/png';
import { readSafetensors, writeSafetensors } from '../src/tensor/safetensors';
import { scope } from '../src/tensor/scope';
import { Tensor } from '../src/tensor/tensor';
import { type RunConfig, RunFolder } from '../src/training/run-folder';

const LIMITS = { numRuns: 100, seed: 1 };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'round-trips-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Checks that anything reads back as it was written. */
function expectRoundTrip<Given extends unknown[]>(given: fc.Arbitrary<Given>, roundTrip: (...given: Given) => void) {
  fc.assert(
    fc.property(given, (each) => roundTrip(...each)),
    LIMITS,
  );
}

const sizeOf = (shape: number[]) => shape.reduce((product, size) => product * size, 1);
const bytesFor = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

test('an IDX file, plain and compressed', () => {
  const path = join(folder, 'array.idx');
  const shapes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 });
  const arrays = shapes.chain((shape) => fc.tuple(fc.constant(shape), bytesFor(sizeOf(shape)), fc.boolean()));
  expectRoundTrip(arrays, (shape, data, isCompressed) => {
    const sizes = shape.flatMap((size) => [0, 0, 0, size]);
    const file = Buffer.from([0, 0, 8, shape.length, ...sizes, ...data]);
    writeFileSync(path, isCompressed ? gzipSync(file) : file);
    expect(readIdx(path)).toEqual({ shape, data });
  });
});

test('a folder of PNG files, gray and in color', async () => {
  const photos = join(folder, 'photos');
  mkdirSync(photos);
  const size = fc.integer({ min: 1, max: 9 });
  const sizes = fc.tuple(fc.constantFrom<Channels>(1, 3, 4), size, size);
  const sets = sizes.chain((shape) => fc.tuple(fc.constant(shape), bytesFor(2 * sizeOf(shape))));
  const property = fc.asyncProperty(sets, async ([[channels, height, width], pixels]) => {
    const each = channels * height * width;
    for (const index of [0, 1]) {
      const options = { channels, height, width, padding: 0, scale: 1, range: [0, 255] } as const;
      writeGrid(join(photos, `${index}.png`), pixels.subarray(index * each, (index + 1) * each), options);
    }
    const color = ({ 1: 'gray', 3: 'rgb', 4: 'rgba' } as const)[channels];
    expect(await readImages(photos, { color })).toMatchObject({ images: pixels, count: 2, channels, height, width });
  });
  await fc.assert(property, { numRuns: 100 });
});

test('a table of numbers, with any delimiter, decimal sign and name of a column', () => {
  const path = join(folder, 'table.csv');
  const format = fc.constantFrom<[string, '.' | ',']>([',', '.'], [';', ','], ['\t', ','], ['|', '.']);
  const name = fc.string({ minLength: 1, unit: 'grapheme' }).map((text) => `${text.replace(/\s/g, ' ')}x`.trim());
  const values = fc.array(fc.double({ noDefaultInfinity: true, noNaN: true }), { minLength: 1, maxLength: 20 });
  expectRoundTrip(fc.tuple(format, name, values), ([delimiter, decimal], column, numbers) => {
    const rows = numbers.map((value, row) => `${row}${delimiter}"${String(value).replace('.', decimal)}"`);
    const header = `row ${delimiter}"${column.replaceAll('"', '""')}"`;
    writeFileSync(path, [header, ...rows].join('\n'));
    const [series] = readSeries(path, { column, delimiter, decimal });
    expect([...series!.values]).toEqual(numbers.map((value) => value + 0)); // String(-0) has no sign
  });
});

test('a table of days, and its missing ones', () => {
  const path = join(folder, 'days.csv');
  const day = 86_400_000;
  const first = fc.integer({ min: -600_000, max: 2_900_000 }).map((days) => days * day);
  const labelOf = (time: number) => new Date(time).toISOString().slice(0, 10);
  const given = fc.tuple(first, fc.array(fc.boolean(), { maxLength: 20 }));
  expectRoundTrip(given, (start, known) => {
    const all = [true, true, true, ...known, true];
    const rows = all.flatMap((isKnown, row) => (isKnown ? [`${labelOf(start + row * day)},${row}`] : []));
    writeFileSync(path, ['day,value', ...rows].join('\n'));
    const [series] = readSeries(path, { column: 'value', time: 'day', frequency: 'day' });
    expect({ time: series!.time!.values, values: [...series!.values] }).toEqual({
      time: all.map((_, row) => start + row * day),
      values: all.map((isKnown, row) => (isKnown ? row : Number.NaN)),
    });
  });
});

test('tensors of every dtype, bit for bit, and their metadata', () => {
  const path = join(folder, 'file.safetensors');
  const shapes = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 });
  const one = fc.tuple(fc.constantFrom(...DTYPES), shapes).chain(([dtype, shape]) => {
    const width = { float64: 8, int64: 8, float32: 4, int32: 4, float16: 2, bfloat16: 2, uint8: 1, bool: 1 }[dtype];
    const bytes = fc.uint8Array({ minLength: width * sizeOf(shape), maxLength: width * sizeOf(shape) });
    return bytes.map((data) => ({ dtype, shape, data: dtype === 'bool' ? data.map((byte) => byte % 2) : data }));
  });
  const text = fc.string({ unit: 'grapheme' });
  const names = text.filter((name) => name !== '__metadata__');
  expectRoundTrip(fc.tuple(fc.dictionary(names, one), fc.dictionary(text, text)), (given, metadata) => {
    scope(() => {
      const made = Object.entries(given).map(([name, { dtype, shape, data }]) => {
        return [name, new Tensor(native().fromBytes(data, dtype, shape))] as const;
      });
      writeSafetensors(path, Object.fromEntries(made), { metadata });
      const read = readSafetensors(path);
      expect(Object.entries(read.metadata)).toEqual(expect.arrayContaining(Object.entries(metadata)));
      const found = Object.entries(read.tensors).map(([name, { dtype, shape, handle }]) => {
        return [name, { dtype, shape, data: native().toBytes(handle) }] as const;
      });
      expect(new Map(found)).toEqual(new Map(Object.entries(given)));
    });
  });
});

test("a run's configuration", () => {
  const run = join(folder, 'run');
  const created = RunFolder.create(run);
  expectRoundTrip(fc.tuple(fc.string(), fc.dictionary(fc.string(), fc.jsonValue())), (kind, settings) => {
    created.writeConfig({ kind, settings, device: 'cpu', threads: 1, dataSha256: '' });
    const expected: Partial<RunConfig> = JSON.parse(JSON.stringify({ kind, settings, device: 'cpu', threads: 1 }));
    expect(RunFolder.configOf(run)).toMatchObject(expected);
  });
  created.release();
});
