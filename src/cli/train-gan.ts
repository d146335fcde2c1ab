import type { Command } from 'commander';
import { GAN_OPTIONS, type TrainGanOptions } from '../training/gan-options';
import { GAN_RUN, resolveGanSettings } from '../training/gan-settings';
import { requestedSettings } from '../training/start-run';
import { type GanEpoch, trainGan } from '../training/train-gan';
import { addFlags } from './flags';
import { pythonFixed4, pythonRepr } from './python-format';
import { runTraining, trainingOptions } from './run-training';

type GanFlags = TrainGanOptions & { json?: boolean; digits?: boolean };

export function addTrainGanCommand(train: Command): void {
  const command = train.command('gan').description('train the GAN on images');
  addFlags<TrainGanOptions>(command, GAN_OPTIONS)
    .option('--digits', "print the losses' every digit")
    .option('--json', 'print a JSON object an epoch and nothing else')
    .action(run);
}

async function run({ digits = false, ...flags }: GanFlags): Promise<void> {
  const options: TrainGanOptions = trainingOptions(flags, 'gan');
  const { data, epochs } = requestedSettings(GAN_RUN, resolveGanSettings(options), options);
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
