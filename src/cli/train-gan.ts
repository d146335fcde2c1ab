import type { Command } from 'commander';
import { resolveGanSettings, type TrainGanOptions } from '../training/gan-settings';
import { requestedSettings } from '../training/start-run';
import { type GanEpoch, trainGan } from '../training/train-gan';
import { addTrainingFlags, finiteNumber, oneOf, positiveNumber, type TrainingFlags, wholeNumber } from './flags';
import { pythonFixed4, pythonRepr } from './python-format';
import { runTraining, trainingOptions } from './run-training';

type GanFlags = TrainGanOptions & TrainingFlags & { digits?: boolean };

export function addTrainGanCommand(train: Command): void {
  const command = train
    .command('gan')
    .description('train the GAN on images')
    .option('--data <source>', 'mnist, noise, an IDX file, or a folder of IDX or PNG files (default: mnist)')
    .option('--preset <name>', "recommended, or article for the article's values", oneOf('recommended', 'article'))
    .option('--hidden <n>', 'units of the hidden layers (recommended: 512, article: 128)', wholeNumber(1))
    .option(
      '--beta1 <x>',
      "Adam's first decay (recommended: 0, article: 0.9)",
      finiteNumber('a number from 0 to below 1', (x) => x >= 0 && x < 1),
    )
    .option(
      '--real-label <x>',
      'target for real images (recommended: 0.9, article: 1)',
      finiteNumber('a number above 0, at most 1', (x) => x > 0 && x <= 1),
    )
    .option('--loss <name>', 'bce, hinge or least-squares (default: bce)', oneOf('bce', 'hinge', 'least-squares'))
    .option('--clip-norm <x>', "scale each net's gradient down to this norm (default: never)", positiveNumber)
    .option(
      '--ema-decay <x>',
      "decay of the average of the generator's weights to draw from, 0 for none (recommended: 0.999, article: 0)",
      finiteNumber('a number from 0 to below 1', (x) => x >= 0 && x < 1),
    )
    .option('--as-written', "the article's program to the letter, on random data")
    .option('--digits', "print the losses' every digit");
  const lr = 'recommended: 1e-3, article: 2e-4';
  addTrainingFlags(command, { epochs: '20, on noise 200', batchSize: 128, lr, threads: 'one a core' }).action(run);
}

async function run({ digits = false, ...flags }: GanFlags): Promise<void> {
  const options: TrainGanOptions = trainingOptions(flags, 'gan');
  const { data, epochs } = requestedSettings('gan', resolveGanSettings(options), options);
  const isNoise = data === 'noise';
  await runTraining<GanEpoch>((hooks) => trainGan({ ...options, ...hooks }), {
    folder: (flags.resume ?? options.out)!,
    json: flags.json,
    // As in the article: every tenth of its epochs of one batch.
    line: (record) =>
      isNoise && record.epoch % 10 !== 0 ? undefined : digits ? everyDigit(record) : articleLine(record, epochs),
    warning: collapseWarning(),
  });
}

/** Once a training: a generator that has collapsed seldom recovers. */
function collapseWarning(): (record: GanEpoch) => string | undefined {
  let hasWarned = false;
  return ({ epoch, collapse }) => {
    if (hasWarned || !collapse) return undefined;
    hasWarned = true;
    return `The generator has collapsed in epoch ${epoch}: ${collapse}. Another --seed or a lower --lr may help`;
  };
}

function articleLine({ epoch, lossD, lossG }: GanEpoch, epochs: number): string {
  return `Epoch [${epoch}/${epochs}], Loss D: ${pythonFixed4(lossD)}, Loss G: ${pythonFixed4(lossG)}`;
}

function everyDigit({ epoch, lossD, lossG }: GanEpoch): string {
  return `${epoch} ${pythonRepr(lossD)} ${pythonRepr(lossG)}`;
}
