import type { Command } from 'commander';
import { resolveMdnRnnSettings, type TrainMdnRnnOptions } from '../training/mdn-rnn-settings';
import { requestedSettings } from '../training/start-run';
import { type MdnRnnEpoch, trainMdnRnn } from '../training/train-mdn-rnn';
import { addTrainingFlags, finiteNumber, oneOf, type TrainingFlags, wholeNumber } from './flags';
import { pythonFixed4 } from './python-format';
import { runTraining, trainingOptions } from './run-training';

type MdnRnnFlags = TrainMdnRnnOptions & TrainingFlags;

export function addTrainMdnRnnCommand(train: Command): void {
  const command = train
    .command('mdn-rnn')
    .description('train the MDN-RNN on a column of a CSV file')
    .option('--data <file>', 'a CSV file with a header, its rows in the order of time')
    .option('--column <name>', 'the column to forecast')
    .option('--window <n>', 'values that the next one is predicted from (default: 24)', wholeNumber(1))
    .option('--hidden <n>', 'units of the GRU (default: 64)', wholeNumber(1))
    .option('--mixtures <n>', 'Gaussians in the mixture (default: 5)', wholeNumber(1))
    .option('--loss <name>', "nll, or mse of the mixture's mean (default: nll)", oneOf('nll', 'mse'))
    .option(
      '--validation <part>',
      'last part of the series kept for validation, 0 for none (default: 0.2)',
      finiteNumber('a number from 0 to below 1', (part) => part >= 0 && part < 1),
    )
    .option('--exact', "libtorch's own GRU, equal to PyTorch's to the last bit");
  addTrainingFlags(command, { epochs: '100', batchSize: 32, lr: '1e-3', threads: '1' }).action(run);
}

async function run(flags: MdnRnnFlags, command: Command): Promise<void> {
  if (flags.resume === undefined) {
    for (const name of ['data', 'column'] as const) {
      if (flags[name] === undefined) command.error(`error: required option '--${name}' not specified`);
    }
  }
  const options = trainingOptions(flags, 'mdn-rnn');
  const { epochs } = requestedSettings('mdn-rnn', resolveMdnRnnSettings(options), options);
  await runTraining<MdnRnnEpoch>((hooks) => trainMdnRnn({ ...options, ...hooks }), {
    folder: (flags.resume ?? options.out)!,
    json: flags.json,
    line: (record) => articleLine(record, epochs),
  });
}

function articleLine({ epoch, loss, validationLoss }: MdnRnnEpoch, epochs: number): string {
  const validation = validationLoss === undefined ? '' : `, Validation: ${pythonFixed4(validationLoss)}`;
  return `Epoch [${epoch}/${epochs}], Loss: ${pythonFixed4(loss)}${validation}`;
}
