import type { Command } from 'commander';
import { worded } from '../errors';
import { FORECAST_OPTIONS } from '../models/forecast-options';
import { type OptionTable, onOff, path, wholeNumber, withDefaults } from '../option';
import { RunFolder } from '../training/run-folder';
import { evaluateGanRun } from './evaluate-images';
import { evaluateSeriesRun } from './evaluate-series';
import { addFlags } from './flags';

interface GivenFlags {
  data?: string;
  horizon?: number;
  season?: number;
  paths?: number;
  count?: number;
  seed?: number;
  json?: boolean;
}

const { horizon, paths, seed } = FORECAST_OPTIONS;

const FLAGS = {
  data: {
    ...path('file'),
    help: 'values that are all new to the model, or other images',
    defaultHelp: 'those trained on',
  },
  horizon: { ...horizon, default: undefined, defaultHelp: 'as calibrated, or 24' },
  season: {
    ...wholeNumber({ min: 1 }),
    help: 'steps after which the series repeats itself',
    defaultHelp: 'guessed',
  },
  paths: { ...paths, ...wholeNumber({ min: 2 }) },
  count: {
    ...wholeNumber({ min: 65 }),
    default: 10_000,
    help: "images to draw, more than the classifier's features",
  },
  seed: { ...seed, help: 'the same seed draws the same paths or images' },
  json: { ...onOff, default: false, help: 'JSON on stdout' },
} satisfies OptionTable<GivenFlags>;

/** Flags that mean nothing to a kind of run. */
const FOREIGN: Record<string, (keyof GivenFlags)[]> = { gan: ['horizon', 'season', 'paths'], 'mdn-rnn': ['count'] };

export function addEvaluateCommand(program: Command): void {
  const command = program
    .command('evaluate')
    .description("score a trained MDN-RNN's forecasts of held-out values, or a GAN's images")
    .argument('<run>', 'its run folder');
  addFlags<GivenFlags>(command, FLAGS).action(run);
}

function run(runFolder: string, given: GivenFlags): void {
  const kind = RunFolder.kindOf(runFolder);
  const foreign = FOREIGN[kind]?.find((name) => given[name] !== undefined);
  if (foreign) {
    const wording = `is not for the evaluation of a run of kind ${kind}, such as ${runFolder}.`;
    throw worded('ERR_INVALID_ARGUMENT', ({ option }) => `${option(foreign)} ${wording}`);
  }
  const flags = withDefaults<GivenFlags, typeof FLAGS>(given, FLAGS);
  if (kind === 'gan') evaluateGanRun(runFolder, flags);
  else evaluateSeriesRun(runFolder, flags);
}
