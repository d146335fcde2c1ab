import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TrainMdnRnnOptions } from '../../src/training/mdn-rnn-settings';
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
