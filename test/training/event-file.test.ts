import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { readMetrics } from '../../src/training/run-metrics';
import { trainGan } from '../../src/training/train-gan';
import { trainMdnRnn } from '../../src/training/train-mdn-rnn';
import { co2 } from '../cli/cli';
import { errorOf } from '../error-of';
import { barsFile } from './bars';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'libtorch-generative-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The fields of a protobuf message: numbers, or bytes. */
function fieldsOf(bytes: Uint8Array): [number, number | Uint8Array][] {
  const reader = new BinaryReader(bytes);
  const fields: [number, number | Uint8Array][] = [];
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (wireType === 0) fields.push([field, Number(reader.int64())]);
    else if (wireType === 1) fields.push([field, reader.double()]);
    else if (wireType === 5) fields.push([field, reader.float()]);
    else fields.push([field, reader.bytes()]);
  }
  return fields;
}

interface Summary {
  step: number;
  numbers: Record<string, number>;
  picture?: Buffer;
}

/** Reads a run's event files, as `(field, value)` by the numbers of TensorBoard's event.proto and summary.proto. */
function summariesIn(run: string): Summary[][] {
  const files = readdirSync(run)
    .filter((name) => name.startsWith('events.out.tfevents.'))
    .sort();
  return files.map((name) => {
    const bytes = readFileSync(join(run, name));
    const events: Map<number, number | Uint8Array>[] = [];
    for (let at = 0; at < bytes.length; ) {
      const length = Number(bytes.readBigUInt64LE(at));
      events.push(new Map(fieldsOf(bytes.subarray(at + 12, at + 12 + length))));
      at += 16 + length;
    }
    expect(Buffer.from(events[0]!.get(3) as Uint8Array).toString()).toBe('brain.Event:2');
    expect(fieldsOf(events[1]!.get(7) as Uint8Array)).toEqual([[1, 1]]);
    return events.slice(2).map((event) => {
      const summary: Summary = { step: (event.get(2) as number) ?? 0, numbers: {} };
      for (const [, value] of fieldsOf(event.get(5) as Uint8Array)) {
        const fields = new Map(fieldsOf(value as Uint8Array));
        const tag = Buffer.from(fields.get(1) as Uint8Array).toString();
        if (fields.has(2)) summary.numbers[tag] = fields.get(2) as number;
        else summary.picture = Buffer.from(new Map(fieldsOf(fields.get(4) as Uint8Array)).get(4) as Uint8Array);
      }
      return summary;
    });
  });
}

test("a GAN's numbers and pictures by epoch, in another file after it was resumed", async () => {
  const [out, data] = [join(folder, 'run'), barsFile(folder, 8, 8)];
  const options = { hidden: 8, batchSize: 8, threads: 1, onWarning: () => {} };
  await trainGan({ ...options, data, epochs: 2, tensorboard: true, out }).result;
  await new Promise((resolve) => setTimeout(resolve, 1100)); // files are named by the second
  await trainGan({ resume: out, epochs: 3, onWarning: () => {} }).result;
  const [first, second] = summariesIn(out);
  const all = [...first!, ...second!];
  expect([first, second].map((each) => each!.map(({ step }) => step))).toEqual([[0, 1], [2]]); // biome-ignore format: one line
  for (const [epoch, record] of readMetrics(out).entries()) {
    for (const name of ['lossD', 'lossG', 'seconds', 'diversity', 'frechet']) {
      if (record[name] === undefined) expect(all[epoch]!.numbers).not.toHaveProperty(name);
      else expect(all[epoch]!.numbers[name]).toBe(Math.fround(record[name] as number));
    }
    const file = join(out, 'samples', `epoch-000${epoch}.png`);
    expect(all[epoch]!.picture!.equals(readFileSync(file))).toBe(true);
  }
});

test("an MDN-RNN's numbers", async () => {
  const out = join(folder, 'run');
  const options = { data: co2, column: 'CO2', preset: 'article', hidden: 4, epochs: 2, threads: 1 } as const;
  await trainMdnRnn({ ...options, tensorboard: true, out, onWarning: () => {} }).result;
  const [events] = summariesIn(out);
  expect(events!.map(({ numbers }) => Object.keys(numbers).sort())).toEqual([
    ['loss', 'seconds', 'validationLoss'],
    ['loss', 'seconds', 'validationLoss'],
  ]);
  expect(readdirSync(out)).not.toContain('samples');
});

test('without a folder there is nothing to write them to, and unasked there are none', async () => {
  expect(errorOf(() => trainGan({ data: 'noise', tensorboard: true })).message).toBe('tensorboard requires out.');
  await trainGan({ data: 'noise', epochs: 1, out: join(folder, 'run') }).result;
  expect(summariesIn(join(folder, 'run'))).toEqual([]);
});
