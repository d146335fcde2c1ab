import type { Command } from 'commander';
import { GAN_OPTIONS, type TrainGanOptions } from '../training/gan-options';
import type { GanResult } from '../training/gan-result';
import { GAN_RUN, resolveGanSettings } from '../training/gan-settings';
import { RunFolder } from '../training/run-folder';
import { requestedSettings } from '../training/start-run';
import { type GanEpoch, trainGan } from '../training/train-gan';
import { addExamples, addFlags, type Headings } from './flags';
import { pythonFixed4, pythonRepr } from './python-format';
import { type Hooks, runTraining, trainingOptions } from './run-training';
import { warn } from './warn';

type GanFlags = TrainGanOptions & { json?: boolean; digits?: boolean };

/** Lines, about, that are printed of a training with many epochs. */
const MOST_LINES = 100;

const HEADINGS: Headings<TrainGanOptions> = {
  Data: ['data', 'resolution', 'color', 'conditional', 'mirror', 'augment'],
  Model: ['preset', 'net', 'hidden', 'filters', 'loss', 'r1Gamma', 'emaDecay', 'keepBest', 'asWritten'],
  Training: [
    'epochs',
    'batchSize',
    'lr',
    'beta1',
    'beta2',
    'nCritic',
    'realLabel',
    'clipNorm',
    'seed',
    'threads',
    'device',
  ],
  Run: ['out', 'resume', 'init', 'tensorboard'],
};

export function addTrainGanCommand(train: Command): void {
  const command = train.command('gan').description('train a GAN to draw images');
  addExamples(
    command,
    'train gan --data mnist --epochs 20 --out runs/digits',
    'train gan --data faces/ --resolution 64 --mirror',
    'train gan --data pets/ --conditional --resolution 64',
    'train gan --resume runs/digits --epochs 40',
  );
  addFlags<TrainGanOptions>(command, GAN_OPTIONS, HEADINGS)
    .option('--digits', 'print the losses with all digits')
    .option('--json', 'print one JSON object per epoch and nothing else')
    .action(run);
}

async function run({ digits = false, ...flags }: GanFlags): Promise<void> {
  const options: TrainGanOptions = trainingOptions(flags, 'gan');
  const { data } = requestedSettings(GAN_RUN, resolveGanSettings(options), options);
  const isNoise = data === 'noise';
  const folder = (flags.resume ?? options.out)!;
  let epochs: number | undefined;
  const start = (hooks: Hooks) => trainGan({ ...options, ...hooks, onWarning: warn });
  await runTraining<GanEpoch, GanResult>(start, {
    folder,
    json: flags.json,
    line: (record) => {
      epochs ??= epochsOf(folder);
      // As in the article: every tenth of its one-batch epochs.
      const every = isNoise ? 10 : Math.ceil(epochs / MOST_LINES);
      if (record.epoch % every !== 0 && (isNoise || record.epoch < epochs - 1)) return undefined;
      return digits ? everyDigit(record) : articleLine(record, epochs);
    },
    verdict: () => trainedOn(folder),
  });
}

/** The default depends on the data. */
function epochsOf(run: string): number {
  return RunFolder.open(run, GAN_RUN).settings.epochs;
}

function trainedOn(run: string): string | undefined {
  const { images } = RunFolder.configOf(run);
  return images && `Trained on ${images}`;
}

function articleLine({ epoch, lossD, lossG }: GanEpoch, epochs: number): string {
  return `Epoch [${epoch}/${epochs}], Loss D: ${pythonFixed4(lossD)}, Loss G: ${pythonFixed4(lossG)}`;
}

function everyDigit({ epoch, lossD, lossG }: GanEpoch): string {
  return `${epoch} ${pythonRepr(lossD)} ${pythonRepr(lossG)}`;
}
