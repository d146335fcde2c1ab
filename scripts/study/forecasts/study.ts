/**
 * Forecasts series from three origins each by the defaults, and compares with naive forecasts and, where R has them, ETS
 * and ARIMA: `npx tsx scripts/study/forecasts/study.ts [--seeds 0,1,2] [--only NAME] [--no-r | --counts]`. README.md in the
 * folder above has its tables.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { mean } from '../../../src/data/mean';
import { pathQuantiles, sortedQuantile } from '../../../src/models/forecast';
import { pretrainedForecaster } from '../../../src/training/pretrained-forecaster';
import { trainMdnRnn } from '../../../src/training/train-mdn-rnn';
import { formatTable } from '../../bench/table';
import { countSeries, type StudySeries, seriesInR, vegaSeries } from './series';
import { LEVELS, PATHS, type Score, scoreOf, type Task, tasksOf } from './tasks';

/** Values that the simplest forecast of a count repeats. */
const LAST_VALUES = 200;

interface PlacedTask extends Task {
  /** Where R's forecasts are. */
  place: string;
}

/** Quantiles by level, then step; undefined if there are none. */
type Method = (task: PlacedTask, seed: number) => number[][] | undefined | Promise<number[][] | undefined>;

const METHODS: Record<string, Method> = {
  trained: async (task, seed) => {
    const { past, horizon } = task;
    const data = join(folder, 'past.csv');
    const time = timesOf(task);
    writeFileSync(data, `time,value\n${time.map((each, step) => `${each},${past[step]}`).join('\n')}\n`);
    const options = { data, column: 'value', time: 'time', horizon, seed, onWarning: () => {} };
    const { forecaster } = await trainMdnRnn(options).result;
    const paths = forecaster.pathsSync({ values: past }, { horizon, paths: PATHS, seed });
    forecaster.model.dispose();
    return pathQuantiles(paths, horizon, LEVELS);
  },
  'as it comes': async (task, seed) => {
    const { past, horizon } = task;
    const forecaster = await pretrainedForecaster([{ values: past, time: timesOf(task) }], { horizon, seed });
    const paths = forecaster.pathsSync({ values: past }, { horizon, paths: PATHS, seed });
    forecaster.model.dispose();
    return pathQuantiles(paths, horizon, LEVELS);
  },
  ETS: ({ place }) => fromR(`${place}.ets.csv`),
  ARIMA: ({ place }) => fromR(`${place}.arima.csv`),
  'past values': ({ past, horizon, isCount }) => {
    if (!isCount) return undefined;
    const sorted = past.slice(-LAST_VALUES).sort();
    return LEVELS.map((level) => new Array<number>(horizon).fill(sortedQuantile(sorted, level)));
  },
  'seasonal naive': ({ past, season, horizon }) => {
    const repeated = Array.from({ length: horizon }, (_, step) => past[past.length - season + (step % season)]!);
    return LEVELS.map(() => repeated);
  },
};

const folder = mkdtempSync(join(tmpdir(), 'forecast-study-'));

function fromR(file: string): number[][] | undefined {
  if (!existsSync(file)) return undefined;
  const steps = readFileSync(file, 'utf8').trim().split('\n').map((line) => line.split(' ').map(Number)); // biome-ignore format: one line
  return LEVELS.map((_, level) => steps.map((step) => step[level]!));
}

/** Dates as a user would have them. */
function timesOf({ past, season, horizon }: Task): string[] {
  const days = season === 13 ? 28 : 1;
  return Array.from(past, (_, step) => {
    if (season === 12 || season === 4) return new Date(Date.UTC(1950, (12 / season) * step)).toISOString().slice(0, 7);
    if (season === 24) return new Date(Date.UTC(1950, 0, 1, step)).toISOString();
    if (season === 1 && horizon < 14) return new Date(Date.UTC(1500 + step, 0)).toISOString().slice(0, 10);
    return new Date(Date.UTC(1950, 0, 1 + days * step)).toISOString().slice(0, 10);
  });
}

const geometricMean = (numbers: number[]) => Math.exp(mean(numbers.map(Math.log)));
/** A forecast of nothing but zeros may be perfect. */
const averageOf = (series: StudySeries[]) => (series.some(({ isCount }) => isCount) ? mean : geometricMean);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '0' },
      only: { type: 'string' },
      'no-r': { type: 'boolean' },
      counts: { type: 'boolean' },
    },
  });
  const withR = !(values['no-r'] || values.counts);
  const all = values.counts ? countSeries() : [...vegaSeries(), ...(withR ? seriesInR() : [])];
  const chosen = all.filter(({ name }) => values.only === undefined || name.includes(values.only));
  const tasks = chosen.map((series, index) =>
    tasksOf(series).map((task, origin) => ({ ...task, place: join(folder, `${index}-${origin}`) })),
  );
  if (withR) {
    for (const { place, season, horizon, past } of tasks.flat()) {
      writeFileSync(`${place}.in.csv`, [season, horizon, ...past].join('\n'));
    }
    execFileSync('Rscript', [join(__dirname, 'in-r.R'), folder], { stdio: ['ignore', 'ignore', 'inherit'] });
  }
  const scores: Scores = Object.fromEntries(Object.keys(METHODS).map((name) => [name, []]));
  for (const [index, origins] of tasks.entries()) {
    for (const task of origins) {
      for (const [name, method] of Object.entries(METHODS)) {
        const seeds = name in RANDOM ? values.seeds.split(',').map(Number) : [0];
        for (const seed of seeds) {
          const quantiles = await method(task, seed);
          if (quantiles) scores[name]!.push({ ...scoreOf(quantiles, task), series: index });
        }
      }
    }
  }
  print(chosen, scores);
  rmSync(folder, { recursive: true });
}

/** Methods that draw random numbers. */
const RANDOM = { trained: true, 'as it comes': true };

/** Scores by method, with the number of the series. */
type Scores = Record<string, (Score & { series: number })[]>;

function print(series: StudySeries[], scores: Scores): void {
  const names = Object.keys(METHODS).filter((name) => scores[name]!.length > 0);
  const average = averageOf(series);
  const cell = (of: Score[]) => (of.length > 0 ? average(of.map(({ crps }) => crps)).toFixed(3) : '–');
  const rows = series.map(({ name, values, season, horizon }, index) => [
    name,
    ...[values.length, season, horizon].map(String),
    ...names.map((method) => cell(scores[method]!.filter((score) => score.series === index))),
  ]);
  const summary = (title: string, of: (method: Score[]) => string) => [
    title,
    '',
    '',
    '',
    ...names.map((name) => of(scores[name]!)),
  ];
  rows.push(
    summary(average === mean ? 'mean' : 'geometric mean', cell),
    summary('within 90 %', (of) => `${(100 * mean(of.map(({ inside }) => inside))).toFixed(1)} %`),
    summary('farthest beyond the past, in ranges', (of) => Math.max(...of.map(({ beyond }) => beyond)).toFixed(1)),
  );
  console.log(formatTable(['series', 'values', 'season', 'steps', ...names], rows));
}

void main();
