import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { trainGan } from '../../src/training/train-gan';
import { trainMdnRnn } from '../../src/training/train-mdn-rnn';

/** A series with a season and a trend. */
export const VALUES = Array.from({ length: 72 }, (_, month) => 100 + month / 2 + 15 * Math.sin((month * Math.PI) / 6));

/** The first days of as many months. */
export const MONTHS = VALUES.map((_, month) => new Date(Date.UTC(2018, month, 1)).toISOString().slice(0, 10));

/** Trains a GAN in a folder of that name. */
export async function trainImages(folder: string, name = 'images', seed = 1): Promise<string> {
  const out = join(folder, name);
  await trainGan({ data: 'noise', epochs: 2, hidden: 16, seed, out }).result;
  return out;
}

/** Trains an MDN-RNN, whose inputs are months, in a folder of that name. */
export async function trainSales(folder: string, name = 'sales', seed = 1): Promise<string> {
  const [data, out] = [join(folder, `${name}.csv`), join(folder, name)];
  mkdirSync(folder, { recursive: true });
  writeFileSync(data, ['month,sales', ...VALUES.map((value, row) => `${MONTHS[row]},${value}`)].join('\n'));
  await trainMdnRnn({
    data,
    onWarning: () => {},
    column: 'sales',
    time: 'month',
    inputs: 'window',
    window: 12,
    calendar: ['month'],
    epochs: 1,
    hidden: 8,
    seed,
    out,
  }).result;
  return out;
}

/** Trains an MDN-RNN with covariates of all kinds, known up to 6 steps ahead, in a folder "ice". */
export async function trainIce(folder: string): Promise<string> {
  const [data, out] = [join(folder, 'ice.csv'), join(folder, 'ice')];
  const rows = Array.from({ length: 126 }, (_, day) => {
    const sky = ['sun', 'rain', 'clouds'][Math.floor((1 + Math.sin(day ** 2)) * 1.5)]!; // without a cycle
    const sold = day < 120 ? 50 + day / 5 + (sky === 'sun' ? 20 : 0) : '';
    return [sold, sky, day % 5, day < 120 ? (day * 3) % 11 : '', 'beach'].join(',');
  });
  writeFileSync(data, ['sold,sky,price,heat,place', ...rows].join('\n'));
  await trainMdnRnn({
    data,
    onWarning: () => {},
    column: 'sold',
    covariates: ['sky', 'price'],
    pastCovariates: ['heat'],
    staticCovariates: ['place'],
    horizon: 6,
    select: false,
    epochs: 2,
    out,
  }).result;
  return out;
}
