import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSafetensors } from '../../src/tensor/safetensors';
import { trainGan } from '../../src/training/train-gan';
import { trainMdnRnn } from '../../src/training/train-mdn-rnn';
import { co2, jsonLines, useTemporaryFolder } from '../cli/cli';
import { rejectionOf } from '../error-of';

const folder = useTemporaryFolder();
const at = (name: string) => join(folder(), name);
const bytes = (run: string, file = 'checkpoint.safetensors') => readFileSync(join(at(run), file));
const configOf = (run: string) => JSON.parse(String(bytes(run, 'config.json')));
const recordsOf = (run: string) =>
  jsonLines(String(bytes(run, 'metrics.jsonl'))).map((each) => ({ ...each, seconds: 0, diversity: 0 })); // the last epoch has a diversity
const stateOf = (run: string, name: string) => readSafetensors(join(at(run), 'checkpoint.safetensors')).tensors[name]!;

/** 60 images of 4 × 5 pixels. */
function images(): string {
  const header = Buffer.from([0, 0, 8, 3, 0, 0, 0, 60, 0, 0, 0, 5, 0, 0, 0, 4]);
  writeFileSync(
    at('images.idx'),
    Buffer.concat([header, Buffer.from(Array.from({ length: 1200 }, (_, i) => (i * i) % 251))]),
  );
  return at('images.idx');
}

/** Stops a training after a batch of an epoch. */
function stoppingAt(epoch: number, batch: number) {
  const controller = new AbortController();
  const onProgress = (at: { epoch: number; batch: number }) =>
    at.epoch === epoch && at.batch === batch && controller.abort();
  return { signal: controller.signal, onProgress };
}

const gan = () =>
  ({
    data: images(),
    hidden: 8,
    batchSize: 8,
    emaDecay: 0.9,
    keepBest: false,
    threads: 1,
    onWarning: () => {},
  }) as const;
const mdnRnn = {
  data: co2,
  column: 'CO2',
  preset: 'article',
  hidden: 4,
  batchSize: 100,
  threads: 1,
  onWarning: () => {},
} as const;

describe.each([
  ['the GAN', (options: object) => trainGan(options), gan, 7, 15],
  ['the MDN-RNN', (options: object) => trainMdnRnn(options as { resume: string }), () => mdnRnn, 5, 14],
] as const)('the batch size of %s', (_, train, options, before, after) => {
  const changed = { batchSize: _ === 'the GAN' ? 4 : 40, epochs: 3, onWarning: () => {} };

  test('changes with the next epoch, wherever in an epoch the run was stopped', async () => {
    await train({ ...options(), epochs: 1, out: at('between') }).result;
    await train({ ...changed, resume: at('between') }).result;

    const stopped = train({ ...options(), epochs: 1, out: at('within'), ...stoppingAt(0, 3) });
    expect((await rejectionOf(stopped.result)).name).toBe('AbortError');
    const seen: string[] = [];
    const onProgress = ({ epoch, batch, batches }: { epoch: number; batch: number; batches: number }) =>
      void (batch === batches && seen.push(`${epoch}: ${batches}`));
    // Stopped and resumed again in the epoch that goes on with the old size: without the option, as it is kept.
    const again = stoppingAt(0, 4);
    expect((await rejectionOf(train({ ...changed, resume: at('within'), ...again }).result)).name).toBe('AbortError');
    expect(readSafetensors(join(at('within'), 'checkpoint.safetensors')).metadata).toMatchObject({
      batch: '4',
      batchSize: `${options().batchSize}`,
    });
    await train({ resume: at('within'), onProgress, onWarning: () => {} }).result;

    expect(seen).toEqual([`0: ${before}`, `1: ${after}`, `2: ${after}`]);
    expect(recordsOf('within')).toEqual(recordsOf('between'));
    expect(bytes('within').equals(bytes('between'))).toBe(true);
    const change = { epoch: 1, name: 'batchSize', from: options().batchSize, to: changed.batchSize };
    expect(configOf('within')).toMatchObject({ settings: { batchSize: changed.batchSize }, changes: [change] });
    expect(String(bytes('within', 'report.html'))).toMatch(/batchSize from epoch 1<\/code><\/th><td>\d+ → \d+</);
  });
});

test('the learning rate changes at once and stays changed; the run’s own changes nothing', async () => {
  const options = { data: 'noise', hidden: 8, threads: 1 } as const;
  await trainGan({ ...options, epochs: 2, out: at('run') }).result;
  for (const name of ['same', 'kept']) cpSync(at('run'), at(name), { recursive: true });
  await trainGan({ resume: at('same'), epochs: 4, lr: 2e-4, batchSize: 128, beta1: 0.9 }).result;
  await trainGan({ resume: at('kept'), epochs: 4 }).result;
  expect(bytes('same').equals(bytes('kept'))).toBe(true);
  expect(configOf('same')).not.toHaveProperty('changes');

  const weights = bytes('run', 'model.safetensors');
  await trainGan({ resume: at('run'), epochs: 3, lr: 1e-30, clipNorm: 1 }).result;
  await trainGan({ resume: at('run'), epochs: 4 }).result;
  expect(bytes('run', 'model.safetensors').equals(weights)).toBe(true);
  expect(configOf('run')).toMatchObject({
    settings: { lr: 1e-30, clipNorm: 1 },
    changes: [
      { epoch: 2, name: 'lr', from: 2e-4, to: 1e-30 },
      { epoch: 2, name: 'clipNorm', from: null, to: 1 },
    ],
  });
});

test('a new learning rate replaces the one that a plateau has lowered', async () => {
  const plateau = { ...mdnRnn, lrPatience: 1, lrFactor: 0.5, lr: 1e-6, epochs: 6 };
  await trainMdnRnn({ ...plateau, out: at('run') }).result;
  const rateOf = () => stateOf('run', 'scheduler.state').toArray()[2] as number;
  expect(rateOf()).toBeLessThan(1e-6);
  await trainMdnRnn({ resume: at('run'), epochs: 7, onWarning: () => {} }).result;
  expect(rateOf()).toBeLessThan(1e-6); // it stays lowered
  await trainMdnRnn({ resume: at('run'), epochs: 8, lr: 8e-6, lrPatience: 9, onWarning: () => {} }).result;
  expect(rateOf()).toBe(8e-6);
  await trainMdnRnn({ resume: at('run'), epochs: 9, onWarning: () => {} }).result;
  expect(rateOf()).toBe(8e-6);
});

test('more patience continues a run that had ended early, and calibration may come later', async () => {
  const options = { ...mdnRnn, patience: 1, lr: 1e-30, epochs: 9 };
  await trainMdnRnn({ ...options, out: at('run') }).result;
  expect(recordsOf('run').length).toBeLessThan(5);
  const { settings } = await trainMdnRnn({ resume: at('run'), patience: 6, calibrate: 3, onWarning: () => {} }).result;
  expect(recordsOf('run').length).toBeGreaterThanOrEqual(6);
  expect(settings.spread).toHaveLength(3);
  // Its spread is one of the end: it is fitted again.
  await trainMdnRnn({ resume: at('run'), lr: 0.01, patience: 20, epochs: 12, onWarning: () => {} }).result;
  expect(configOf('run').settings.spread).toHaveLength(3);
});

describe('refused, with both values and what to do instead', () => {
  const other = (run: string) => `init: "${run}" starts a new run, with other options, from its weights.`;

  test.each<[string, unknown, string]>([
    ['beta1', 0.5, 'to 0.5 when resuming: RUN was trained with 0.9. INIT'],
    ['seed', 7, 'to 7 when resuming: RUN was trained with 0. INIT'],
    ['loss', 'hinge', 'to "hinge" when resuming: RUN was trained with "bce". INIT'],
    ['realLabel', 0.9, 'to 0.9 when resuming: RUN was trained with 1. INIT'],
    ['hidden', 9, 'to 9 when resuming: RUN was trained with 8. Train a new run for that.'],
    ['net', 'dcgan', 'to "dcgan" when resuming: RUN was trained with "mlp". Train a new run for that.'],
    ['emaDecay', 0.5, 'to 0.5 when resuming: RUN was trained without it. INIT'],
    ['asWritten', true, 'to true when resuming: RUN was trained with false. INIT'],
  ])('a GAN’s %s', async (name, value, words) => {
    await trainGan({ data: 'noise', hidden: 8, epochs: 1, threads: 1, out: at('run') }).result;
    const before = bytes('run', 'config.json');
    const message = `Cannot change ${name} ${words.replace('RUN', at('run')).replace('INIT', other(at('run')))}`;
    await expect(trainGan({ resume: at('run'), epochs: 2, [name]: value }).result).rejects.toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
      message,
    });
    expect(bytes('run', 'config.json').equals(before)).toBe(true);
  });

  test('an MDN-RNN’s options', async () => {
    await trainMdnRnn({ ...mdnRnn, epochs: 1, validation: 0, out: at('run') }).result;
    const refusal = async (options: object) =>
      (await rejectionOf(trainMdnRnn({ resume: at('run'), epochs: 2, ...options }).result)).message;
    for (const options of [{ window: 9 }, { validation: 0.5 }, { loss: 'mse' }, { column: 'Date' }, { patience: 3 }])
      expect(await refusal(options)).toMatch(/^Cannot change \w+ to .* when resuming: .* was trained with.*init: /);
    expect(await refusal({ mixtures: 2 })).toMatch(
      /^Cannot change mixtures to 2 .* with 5\. Train a new run for that\.$/,
    );
    expect(await refusal({ calibrate: 3 })).toBe('calibrate requires validation > 0.');
  });
});
