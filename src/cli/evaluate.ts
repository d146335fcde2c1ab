import { join } from 'node:path';
import type { Command } from 'commander';
import type { Series } from '../data/series';
import { partEnds } from '../data/split';
import { LibtorchGenerativeError } from '../errors';
import type { BacktestRow } from '../evaluation/backtest';
import { evaluateForecasts, type ForecastEvaluation } from '../evaluation/evaluate-forecasts';
import { COVERAGE_LEVELS } from '../evaluation/one-step';
import { writeFileAtomic } from '../files';
import { loadForecaster } from '../training/load-run';
import type { MdnRnnSettings } from '../training/mdn-rnn-settings';
import { RunFolder } from '../training/run-folder';
import { evaluateGanRun } from './evaluate-images';
import { wholeNumber } from './flags';
import { readHistory } from './history';

interface EvaluateFlags {
  data?: string;
  horizon: number;
  season?: number;
  paths: number;
  seed: number;
  count: number;
  json?: boolean;
}

export function addEvaluateCommand(program: Command): void {
  program
    .command('evaluate')
    .description("score a trained MDN-RNN's forecasts of the values kept from its training, or a GAN's images")
    .argument('<run>', 'its run folder')
    .option('--data <file>', 'a CSV file of values that are all new to the model (default: the one trained on)')
    .option('--horizon <n>', 'steps that a forecast goes ahead', wholeNumber(1), 24)
    .option('--season <n>', 'steps after which the series repeats itself (default: guessed)', wholeNumber(1))
    .option('--paths <n>', 'joint futures to draw', wholeNumber(2), 500)
    .option('--seed <n>', 'the same seed draws the same paths', wholeNumber(), 0)
    .option('--count <n>', "images to draw, more than the classifier's features", wholeNumber(65), 10_000)
    .option('--json', 'JSON on stdout')
    .action(run);
}

function run(runFolder: string, flags: EvaluateFlags): void {
  if (RunFolder.kindOf(runFolder) === 'gan') evaluateGanRun(runFolder, flags);
  else evaluateSeriesRun(runFolder, flags);
}

function evaluateSeriesRun(runFolder: string, flags: EvaluateFlags): void {
  const { forecaster, settings } = loadForecaster(runFolder);
  const series = readHistory(settings, flags.data);
  const starts = series.map((each) => (flags.data === undefined ? heldOutStart(each, settings) : settings.window));
  const evaluation = evaluateForecasts(forecaster, series, { ...flags, starts });
  const column = [settings.column].flat().join(', ');
  if (flags.json) {
    process.stdout.write(`${JSON.stringify(evaluation)}\n`);
  } else {
    process.stdout.write(describeEvaluation(column, evaluation) + describeSelection(settings, flags));
  }
  if (flags.data !== undefined) return;
  const record = { kind: 'mdn-rnn', column, ...evaluation };
  writeFileAtomic(join(runFolder, 'evaluation.json'), `${JSON.stringify(record, null, 2)}\n`);
}

/** The first value of the test part, or if there is none of the validation part. */
function heldOutStart(series: Series, settings: MdnRnnSettings): number {
  const ends = partEnds(series, settings);
  if (settings.validation + settings.test === 0) {
    throw new LibtorchGenerativeError(
      'ERR_DATA_FORMAT',
      'Expected values that the model has not learned from, but it was trained with validation 0: train with --validation 0.2, or name new values by --data',
    );
  }
  return settings.test > 0 ? ends.validation : ends.training;
}

/** What is scored by the values that chose the weights is scored too well. */
function describeSelection(settings: MdnRnnSettings, { data }: EvaluateFlags): string {
  const { patience, lrPatience, calibrate, test } = settings;
  const isChosen = [patience, lrPatience, calibrate].some((option) => option !== undefined);
  if (!isChosen || test > 0 || data !== undefined) return '';
  return 'The training looked at these values too (patience, lr-patience or calibrate), so that the scores flatter the model: train with --test 0.1 to keep some for evaluation only.\n';
}

const NAMES: Record<BacktestRow['name'], string> = {
  model: 'model',
  naive: 'naive',
  seasonalNaive: 'seasonal naive',
  drift: 'drift',
};

function describeEvaluation(column: string, { oneStep, backtest, lostTo }: ForecastEvaluation): string {
  const { count, nll, crps, pit } = oneStep;
  const { horizon, season, numForecasts, rows } = backtest;
  const lines = [
    `${column}, one step ahead, ${count} values: NLL ${short(nll)} nats, CRPS ${short(crps)}`,
    `  in the central intervals of ${percents(COVERAGE_LEVELS)}: ${percents(oneStep.coverage)}`,
    `  PIT, by tenths: ${pit.histogram.join(' ')}; uniform with p = ${short(pit.pValue)}`,
    `${horizon} steps ahead, ${numForecasts} ${numForecasts === 1 ? 'forecast' : 'forecasts'}, season ${season}:`,
    tableLine('', ['CRPS', 'pinball', 'MASE', ...COVERAGE_LEVELS.map((level) => `in ${percent(level)}`)]),
    ...rows.map(({ name, crps, pinball, mase, coverage }) =>
      tableLine(NAMES[name], [...[crps, pinball, mase].map(short), ...coverage.map(percent)]),
    ),
    lostTo.length > 0
      ? `The model loses to ${lostTo.map((name) => NAMES[name]).join(' and ')} by its CRPS.`
      : 'The model beats all of them by its CRPS.',
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function tableLine(name: string, cells: string[]): string {
  return `  ${name.padEnd(14)}${cells.map((cell) => cell.padStart(10)).join('')}`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function percent(part: number): string {
  return `${Math.round(part * 100)} %`;
}

function percents(parts: readonly number[]): string {
  return parts.map(percent).join(', ');
}
