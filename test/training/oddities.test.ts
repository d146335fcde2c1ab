import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TrainMdnRnnOptions } from '../../src/training/mdn-rnn-options';
import { trainMdnRnn } from '../../src/training/train-mdn-rnn';
import { useTemporaryFolder } from '../cli/cli';

const folder = useTemporaryFolder();

async function warningsOf(lines: string[], options: Partial<TrainMdnRnnOptions>): Promise<string[]> {
  const data = join(folder(), 'a.csv');
  writeFileSync(data, lines.join('\n'));
  const warnings: string[] = [];
  const { model } = await trainMdnRnn({ data, column: 'x', epochs: 1, onWarning: (message) => warnings.push(message), ...options }).result; // biome-ignore format: one line
  model.dispose();
  return warnings;
}

test('a trend that a global scale cannot follow is told before it is trained on', async () => {
  const rising = ['x', ...Array.from({ length: 80 }, (_, step) => step + (step % 3))];
  const small = { inputs: 'window', window: 4, hidden: 4 } as const;
  expect(await warningsOf(rising.map(String), small)).toEqual([
    expect.stringMatching(
      /a\.csv: 100 % of the held-out values are beyond those of training, which a global scale can't follow: try inputs smoothing/,
    ),
  ]);
  expect(await warningsOf(rising.map(String), { ...small, scale: 'window' })).toEqual([]);
  expect(await warningsOf(rising.map(String), {})).toEqual([]);
});

test('series that begin in the held-out part are named, and forecast', async () => {
  const rows = Array.from({ length: 50 }, (_, step) => [
    `old,${step},${step % 7}`,
    `new,${step},${step < 45 ? '' : step}`,
  ]);
  const [warning, ...others] = await warningsOf(['id,t,x', ...rows.flat()], { series: 'id' });
  expect(warning).toMatch(/a\.csv: nothing is learned from series whose values begin in the held-out part: "new"$/);
  expect(others).toEqual([]);
});

test('without a selection the most likely season is taken, and no link', async () => {
  const data = join(folder(), 'a.csv');
  const rows = Array.from({ length: 72 }, (_, month) => {
    return `${new Date(Date.UTC(2010, month)).toISOString().slice(0, 7)},${50 + month + 20 * Math.sin((month * Math.PI) / 6)}`;
  });
  writeFileSync(data, ['month,x', ...rows].join('\n'));
  const options = { data, column: 'x', time: 'month', epochs: 1, select: false };
  const { settings, model } = await trainMdnRnn(options).result;
  expect(settings.candidates).toEqual([{ link: 'identity', season: 12, isChosen: true }]);
  model.dispose();
});
