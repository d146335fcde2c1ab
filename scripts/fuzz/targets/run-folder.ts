import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scope } from '../../../src/tensor/scope';
import { loadDiscriminator, loadForecaster, loadGenerator } from '../../../src/training/load-run';
import { RunFolder } from '../../../src/training/run-folder';
import { trainGan } from '../../../src/training/train-gan';
import { trainMdnRnn } from '../../../src/training/train-mdn-rnn';
import { orRefused, type Target } from '../target';

const RUNS = ['gan', 'smoothing', 'window'] as const;
const VALUES = Array.from({ length: 60 }, (_, step) => 10 + Math.sin(step / 2));

function forecast(run: string): number[] {
  return loadForecaster(run).forecaster.nextSync({ values: VALUES }).quantiles([0.5]);
}

/** The `config.json` of a GAN's run or an MDN-RNN's, whose models are loaded with it. */
export const runFolder: Target = {
  name: 'run-folder',
  words: [
    '"kind"',
    '"gan"',
    '"mdn-rnn"',
    '"hidden"',
    '"settings"',
    '"encodings"',
    '"window"',
    '"link"',
    '"smoothing"',
    'null',
    '[]',
    '{}',
    '1e99',
    '-1',
    '0.5',
    '99999999',
    '__proto__',
  ],
  async prepare(folder) {
    const csv = join(folder, 'wave.csv');
    writeFileSync(csv, ['value', ...VALUES].join('\n'));
    const series = {
      data: csv,
      column: 'value',
      epochs: 1,
      threads: 1,
      start: 'random',
      hidden: 3,
      mixtures: 2,
    } as const;
    const [gan, smoothing, window] = RUNS.map((name) => join(folder, name)) as [string, string, string];
    await trainGan({ data: 'noise', epochs: 1, hidden: 2, threads: 1, out: gan }).result;
    await trainMdnRnn({ ...series, select: false, season: 1, out: smoothing }).result;
    await trainMdnRnn({ ...series, inputs: 'window', window: 4, out: window }).result;
    return [gan, smoothing, window].map((run) => readFileSync(join(run, 'config.json')));
  },
  read(folder, input) {
    return RUNS.map((name) => {
      const run = join(folder, name);
      writeFileSync(join(run, 'config.json'), input);
      const kind = orRefused(() => RunFolder.kindOf(run));
      const use = kind === 'gan' ? [loadGenerator, loadDiscriminator] : [forecast];
      return scope(() => use.map((load) => orRefused(() => load(run))).every(Boolean));
    }).some(Boolean);
  },
};
