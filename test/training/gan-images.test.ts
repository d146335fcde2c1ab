import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { readSafetensors } from '../../src/tensor/safetensors';
import { type GanEpoch, trainGan } from '../../src/training/train-gan';
import { useTemporaryFolder } from '../cli/cli';

const folder = useTemporaryFolder();

/** 60 images of 10 × 7 pixels as an IDX file. */
function writeImages(): string {
  const path = join(folder(), 'images.idx');
  const header = Buffer.from([0, 0, 8, 3, 0, 0, 0, 60, 0, 0, 0, 10, 0, 0, 0, 7]);
  const pixels = Buffer.from(Array.from({ length: 60 * 70 }, (_, index) => (index * index) % 251));
  writeFileSync(path, Buffer.concat([header, pixels]));
  return path;
}

const options = () => ({ data: writeImages(), hidden: 16, batchSize: 8, epochs: 3, seed: 4, threads: 1 });
const bytes = (run: string, file: string) => readFileSync(join(run, file));

test('images of any size give nets of that size, the recommended values and a grid an epoch', async () => {
  const out = join(folder(), 'run');
  const run = trainGan({ ...options(), out });
  const records: GanEpoch[] = [];
  for await (const record of run) records.push(record);
  const { generator, discriminator, settings } = await run.result;
  expect([generator.dataDim, discriminator.dataDim]).toEqual([70, 70]);
  expect(settings).toMatchObject({
    preset: 'recommended',
    lr: 1e-3,
    beta1: 0,
    realLabel: 0.9,
    emaDecay: 0.999,
    output: 'logit',
    height: 10,
    width: 7,
  });

  expect(JSON.parse(bytes(out, 'config.json').toString())).toMatchObject({ kind: 'gan', settings });
  expect(bytes(out, 'metrics.jsonl').toString()).toBe(records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  const names = ['epoch-0000.png', 'epoch-0001.png', 'epoch-0002.png'];
  expect(readdirSync(join(out, 'samples'))).toEqual(names);
  const [first, , last] = names.map((name) => PNG.sync.read(bytes(out, join('samples', name))));
  expect(first).toMatchObject({ width: 2 * (2 + 8 * 9), height: 2 * (2 + 8 * 12) });
  expect(last!.data.equals(first!.data)).toBe(false); // the same noise, but the net has learned
  for (const [file, net] of [
    ['model', generator],
    ['discriminator', discriminator],
  ] as const) {
    const { tensors } = readSafetensors(join(out, `${file}.safetensors`));
    expect(Object.keys(tensors)).toEqual(Object.keys(net.stateDict()));
    for (const [name, tensor] of Object.entries(net.stateDict())) expect(tensors[name]!.equal(tensor)).toBe(true);
  }
});

test('stopped in the middle of a shuffled epoch, it goes on with the images that were left', async () => {
  const [whole, parts] = [join(folder(), 'whole'), join(folder(), 'parts')];
  await trainGan({ ...options(), out: whole }).result;
  const controller = new AbortController();
  const stopped = trainGan({
    ...options(),
    out: parts,
    signal: controller.signal,
    onProgress: ({ epoch, batch }) => epoch === 1 && batch === 3 && controller.abort(),
  });
  await expect(stopped.result).rejects.toMatchObject({ name: 'AbortError' });
  expect(readSafetensors(join(parts, 'checkpoint.safetensors')).metadata).toMatchObject({ epoch: '1', batch: '3' });

  await trainGan({ resume: parts, threads: 1 }).result;
  for (const file of ['checkpoint.safetensors', 'model.safetensors', 'samples/epoch-0002.png']) {
    expect([file, bytes(parts, file).equals(bytes(whole, file))]).toEqual([file, true]);
  }
});

test('an abort before the first batch still leaves a run to continue', async () => {
  const [whole, parts] = [join(folder(), 'whole'), join(folder(), 'parts')];
  await trainGan({ ...options(), out: whole }).result;
  await expect(trainGan({ ...options(), out: parts, signal: AbortSignal.abort() }).result).rejects.toMatchObject({
    name: 'AbortError',
  });
  await trainGan({ resume: parts, threads: 1 }).result;
  expect(bytes(parts, 'checkpoint.safetensors').equals(bytes(whole, 'checkpoint.safetensors'))).toBe(true);
});
