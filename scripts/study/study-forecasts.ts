/**
 * Trains the MDN-RNN on three real series by the settings that README.md beside this file gives, with several seeds, and
 * scores its forecasts of the test part: `npx tsx scripts/study/study-forecasts.ts [--seeds 0,1,2,3,4]`.
 */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { partEnds } from '../../src/data/split';
import { evaluateForecasts, type ForecastEvaluation } from '../../src/evaluation/evaluate-forecasts';
import type { TrainMdnRnnOptions } from '../../src/training/mdn-rnn-options';
import { trainMdnRnn } from '../../src/training/train-mdn-rnn';
import { formatTable } from '../bench/table';

const series = resolve(__dirname, '../../node_modules/vega-datasets/data');

interface Study {
  options: TrainMdnRnnOptions;
  /** Steps that a forecast goes ahead. */
  horizon: number;
}

const STUDIES: Study[] = [
  {
    options: {
      data: join(series, 'co2-concentration.csv'),
      column: 'CO2',
      time: 'Date',
      calendar: ['month'],
      scale: 'window',
      window: 30,
      hidden: 8,
      mixtures: 1,
      lr: 3e-3,
      epochs: 100,
      validation: 0.1,
      test: 0.1,
      calibrate: 12,
    },
    horizon: 12,
  },
  {
    options: {
      data: join(series, 'seattle-weather.csv'),
      column: 'temp_max',
      time: 'date',
      calendar: ['yearday'],
      window: 14,
      hidden: 32,
      mixtures: 3,
      epochs: 15,
      validation: 0.15,
      test: 0.2,
      calibrate: 14,
    },
    horizon: 14,
  },
  {
    options: {
      data: join(series, 'sp500.csv'),
      column: 'price',
      time: 'date',
      scale: 'window',
      window: 6,
      hidden: 16,
      mixtures: 1,
      epochs: 40,
      validation: 0.25,
      test: 0.2,
      calibrate: 3,
    },
    horizon: 3,
  },
];

async function evaluateWith({ options, horizon }: Study, seed: number): Promise<ForecastEvaluation> {
  const run = trainMdnRnn({ ...options, seed, onWarning: () => {} });
  const { forecaster, series, settings } = await run.result;
  const starts = series.map((each) => partEnds(each, settings).validation);
  const evaluation = evaluateForecasts(forecaster, series, { starts, horizon });
  forecaster.model.dispose();
  return evaluation;
}

function rowOf(column: string, seed: number, { oneStep, backtest, lostTo }: ForecastEvaluation): string[] {
  const crps = (name: string) => backtest.rows.find((row) => row.name === name)!.crps;
  const percent = (part: number) => `${Math.round(100 * part)} %`;
  const names = ['model', 'naive', 'seasonalNaive', 'drift'];
  const coverage = [backtest.rows[0]!.coverage, oneStep.coverage].map((levels) => percent(levels.at(-1)!));
  return [
    column,
    String(seed),
    ...names.map((name) => crps(name).toPrecision(3)),
    ...coverage,
    lostTo.join(', ') || '-',
  ];
}

const HEADER = ['series', 'seed', 'CRPS', 'naive', 'seasonal naive', 'drift', 'in 90 %', 'one step ahead', 'loses to'];

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { seeds: { type: 'string', default: '0,1,2,3,4' } } });
  const rows: string[][] = [];
  for (const study of STUDIES) {
    for (const seed of values.seeds.split(',').map(Number)) {
      rows.push(rowOf(String(study.options.column), seed, await evaluateWith(study, seed)));
    }
  }
  console.log(formatTable(HEADER, rows));
}

main();
