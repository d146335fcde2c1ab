import { finishBreathing } from '../breathe';
import type { Forecaster } from '../data/forecaster';
import type { Series } from '../data/series';
import { listed } from '../errors';
import { evaluation, type ForecastEvaluation } from '../evaluation/evaluate-forecasts';
import { COVERAGE_LEVELS } from '../evaluation/one-step';
import { baselinesLostTo, FORECASTER_NAMES } from '../evaluation/verdict';
import { writeFileAtomic } from '../files';
import { selectionNote } from '../report/selection-note';
import { setNumThreads } from '../tensor/device';
import { evaluateHeldOut } from '../training/held-out';
import { loadForecaster } from '../training/load-run';
import { readHistory } from './history';
import { keepEvaluation } from './keep-evaluation';
import { progressBar } from './progress';

interface SeriesFlags {
  data?: string | undefined;
  series?: string | undefined;
  out?: string | undefined;
  horizon?: number | undefined;
  season?: number | undefined;
  paths: number;
  seed: number;
  json: boolean;
}

/** Scores an MDN-RNN's forecasts of held-out data, on stdout and in evaluation.json, or of other values. */
export async function evaluateSeriesRun(run: string, flags: SeriesFlags): Promise<void> {
  const { data, series: only, json, horizon, season, paths, seed, out } = flags;
  setNumThreads(1); // operators this small are slower on several threads
  const { forecaster, settings } = loadForecaster(run);
  const series = readHistory(settings, data, only);
  const options = { horizon, season, paths, seed };
  const work =
    data === undefined
      ? evaluateHeldOut(forecaster, series, settings, options)
      : evaluation(forecaster, series, { ...options, starts: series.map((each) => startOf(each, forecaster)) });
  const bar = json ? undefined : progressBar();
  const result = await finishBreathing(work, { onProgress: bar?.work }).finally(() => bar?.stop());
  const column = [settings.column].flat().join(', ');
  const note = data === undefined ? selectionNote(settings) : undefined;
  const words = () => describeEvaluation(column, result) + (note ? `${note}\n` : '');
  const asJson = `${JSON.stringify(result)}\n`;
  process.stdout.write(json ? asJson : words());
  if (out) writeFileAtomic(out, asJson);
  if (data === undefined && only === undefined) keepEvaluation(run, 'mdn-rnn', { column, ...result });
}

/** Part of a new series from whose past the first forecast is made, at least. */
const PAST = 0.25;

function startOf({ values }: Series, { historyLength }: Forecaster): number {
  return Math.max(historyLength, Math.ceil(values.length * PAST));
}

function describeEvaluation(column: string, { oneStep, backtest, lostTo }: ForecastEvaluation): string {
  const { count, nll, crps, pit } = oneStep;
  const { horizon, season, numForecasts, numSeries, rows, leftOut = [], withoutMase = [] } = backtest;
  const forecasts = `${numForecasts} ${numForecasts === 1 ? 'forecast' : 'forecasts'}`;
  const lines = [
    `${column}, one step ahead, ${count} values: NLL ${short(nll)} nats, CRPS ${short(crps)}`,
    `  in the central intervals of ${percents(COVERAGE_LEVELS)}: ${percents(oneStep.coverage)}`,
    `  PIT, by tenths: ${pit.histogram.join(' ')}; uniform with p = ${short(pit.pValue)}`,
    `${horizon} steps ahead, ${forecasts}${numSeries > 1 ? ` of ${numSeries} series` : ''}, season ${season}:`,
    tableLine('', ['CRPS', 'pinball', 'MASE', ...COVERAGE_LEVELS.map((level) => `in ${percent(level)}`)]),
    ...rows.map(({ name, crps, pinball, mase, coverage }) =>
      tableLine(FORECASTER_NAMES[name], [...[crps, pinball, mase].map(short), ...coverage.map(percent)]),
    ),
    lostTo.length > 0
      ? `The model loses to ${baselinesLostTo({ lostTo })} in CRPS.`
      : 'The model beats all naive forecasts in CRPS.',
    ...(withoutMase.length > 0 ? [`Not in MASE, as their past repeats itself exactly: ${listed(withoutMase)}`] : []),
    ...leftOut.slice(0, MAX_LEFT_OUT).map(({ name, reason }) => `Left out: ${name}, with ${reason}`),
    ...(leftOut.length > MAX_LEFT_OUT ? [`Left out: ${leftOut.length - MAX_LEFT_OUT} more series`] : []),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** Further ones are only in the JSON. */
const MAX_LEFT_OUT = 10;

function tableLine(name: string, cells: string[]): string {
  return `  ${name.padEnd(14)}${cells.map((cell) => cell.padStart(10)).join('')}`;
}

function short(value: number | undefined): string {
  return value === undefined ? '–' : String(Number(value.toPrecision(4)));
}

function percent(part: number): string {
  return `${Math.round(part * 100)} %`;
}

function percents(parts: readonly number[]): string {
  return parts.map(percent).join(', ');
}
