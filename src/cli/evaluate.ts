import type { Command } from 'commander';
import { worded } from '../errors';
import { FORECAST_OPTIONS } from '../models/forecast-options';
import { name, type OptionTable, onOff, path, wholeNumber, withDefaults } from '../option';
import { RunFolder } from '../training/run-folder';
import { evaluateGanRun } from './evaluate-images';
import { evaluateSeriesRun } from './evaluate-series';
import { addExamples, addFlags, type Headings } from './flags';

interface GivenFlags {
  data?: string;
  series?: string;
  horizon?: number;
  season?: number;
  paths?: number;
  count?: number;
  features?: string;
  seed?: number;
  out?: string;
  json?: boolean;
}

const { horizon, paths, seed } = FORECAST_OPTIONS;

const FLAGS = {
  data: {
    ...path('file'),
    help: 'evaluate on a file of new values, or on other images',
    defaultHelp: "the run's data",
  },
  series: { ...name, help: 'evaluate only this series', defaultHelp: 'all' },
  horizon: { ...horizon, default: undefined, defaultHelp: 'as trained or calibrated, or 24' },
  season: {
    ...wholeNumber({ min: 1 }),
    help: 'assume that the series repeat after n steps',
    defaultHelp: 'guessed',
  },
  paths: { ...paths, ...wholeNumber({ min: 2 }) },
  count: {
    ...wholeNumber({ min: 65 }),
    default: 10_000,
    help: 'draw n images',
  },
  features: {
    ...path('file'),
    help: 'compare by the features of a model in an ONNX file',
    defaultHelp: "a digit classifier's on MNIST, random convolutional ones on other images",
  },
  seed: { ...seed, help: 'seed the random numbers; the same seed draws the same paths or images' },
  out: { ...path('file'), help: 'also write the scores to this JSON file' },
  json: { ...onOff, default: false, help: 'print JSON to stdout' },
} satisfies OptionTable<GivenFlags>;

/** Flags that do not apply to a kind of run. */
const FOREIGN: Record<string, (keyof GivenFlags)[]> = {
  gan: ['series', 'horizon', 'season', 'paths'],
  'mdn-rnn': ['count', 'features'],
};

const HEADINGS: Headings<GivenFlags> = {
  'MDN-RNN': ['series', 'horizon', 'season', 'paths'],
  GAN: ['count', 'features'],
};

export function addEvaluateCommand(program: Command): void {
  const command = program
    .command('evaluate')
    .description("score a trained MDN-RNN's forecasts of held-out values, or a GAN's images")
    .argument('<run>', 'the run folder');
  addExamples(
    command,
    'evaluate runs/co2 --horizon 12',
    'evaluate runs/sales --series north --out north.json',
    'evaluate runs/digits --json',
    'evaluate runs/faces --features inception.onnx',
  );
  addFlags<GivenFlags>(command, FLAGS, HEADINGS).action(run);
}

async function run(runFolder: string, given: GivenFlags): Promise<void> {
  const kind = RunFolder.kindOf(runFolder);
  const foreign = FOREIGN[kind]?.find((name) => given[name] !== undefined);
  if (foreign) {
    const wording = `does not apply to runs of kind ${kind}, such as ${runFolder}.`;
    throw worded('ERR_INVALID_ARGUMENT', ({ option }) => `${option(foreign)} ${wording}`);
  }
  const flags = withDefaults<GivenFlags, typeof FLAGS>(given, FLAGS);
  if (kind === 'gan') await evaluateGanRun(runFolder, flags);
  else await evaluateSeriesRun(runFolder, flags);
}
