import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TrainMdnRnnOptions } from '../../src/training/mdn-rnn-options';
import { trainMdnRnn } from '../../src/training/train-mdn-rnn';

const fixtures = join(__dirname, '../fixtures/training');
const { common, cases } = JSON.parse(readFileSync(join(fixtures, 'mdn-rnn-options.json'), 'utf8')) as {
  common: Partial<TrainMdnRnnOptions>;
  cases: { options: Partial<TrainMdnRnnOptions>; losses: [loss: number, validationLoss: number][] }[];
};
const source: TrainMdnRnnOptions = {
  data: join(fixtures, 'weather-with-gaps.csv'),
  column: 'temperature',
  series: 'place',
  time: 'day',
  covariates: ['wind'],
  calendar: ['yearday'],
  scale: 'window',
  preset: 'article',
};

test.each(cases)(
  "on series with gaps, covariates and the calendar, windows scaled by themselves: PyTorch's losses with $options",
  async ({ options, losses }) => {
    for (const exact of [true, false]) {
      const actual: number[][] = [];
      for await (const { loss, validationLoss } of trainMdnRnn({
        ...source,
        ...common,
        ...options,
        exact,
        threads: 1,
      })) {
        actual.push([loss, validationLoss!]);
      }
      expect(actual).toHaveLength(losses.length);
      for (const [epoch, both] of losses.entries()) {
        for (const [index, expected] of both.entries()) expect(actual[epoch]![index]).toBeCloseTo(expected, 4);
      }
    }
  },
);

test('what comes after the training part changes neither what is fitted nor a training loss', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'libtorch-generative-test-'));
  try {
    const whole = readFileSync(source.data, 'utf8').split('\n');
    const cut = 1 + Math.floor(0.7 * whole.length); // each place's last quarter lies behind it
    const other = whole.map((line, row) => (row < cut ? line : line.replace(/,[\d.]*,([\d.]+)$/, ',999,$1')));
    writeFileSync(join(folder, 'other.csv'), other.join('\n'));
    for (const scale of ['global', 'series', 'window'] as const) {
      const outcomes = [];
      for (const data of [source.data, join(folder, 'other.csv')]) {
        const run = trainMdnRnn({ ...source, ...common, epochs: 2, data, scale, validation: 0.32, threads: 1 });
        const losses: number[] = [];
        for await (const { loss } of run) losses.push(loss);
        outcomes.push({ losses, encoding: (await run.result).settings.encodings });
      }
      expect(outcomes[1]).toEqual(outcomes[0]);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
