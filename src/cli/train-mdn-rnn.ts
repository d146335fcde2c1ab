import type { Command } from 'commander';
import { MDN_RNN_OPTIONS, type TrainMdnRnnOptions } from '../training/mdn-rnn-options';
import { MDN_RNN_RUN, resolveMdnRnnSettings } from '../training/mdn-rnn-settings';
import { requestedSettings } from '../training/start-run';
import { type MdnRnnEpoch, trainMdnRnn } from '../training/train-mdn-rnn';
import { addFlags } from './flags';
import { pythonFixed4 } from './python-format';
import { runTraining, trainingOptions } from './run-training';

type MdnRnnFlags = TrainMdnRnnOptions & { json?: boolean };

export function addTrainMdnRnnCommand(train: Command): void {
  const command = train.command('mdn-rnn').description('train the MDN-RNN on series in a CSV file');
  addFlags<TrainMdnRnnOptions>(command, MDN_RNN_OPTIONS)
    .option('--json', 'print a JSON object an epoch and nothing else')
    .action(run);
}

async function run(flags: MdnRnnFlags): Promise<void> {
  const options: TrainMdnRnnOptions = trainingOptions(flags, 'mdn-rnn');
  const { epochs } = requestedSettings(MDN_RNN_RUN, resolveMdnRnnSettings(options), options);
  await runTraining<MdnRnnEpoch>((hooks) => trainMdnRnn({ ...options, ...hooks, onWarning }), {
    folder: (flags.resume ?? options.out)!,
    json: flags.json,
    line: (record) => articleLine(record, epochs),
  });
}

function articleLine({ epoch, loss, validationLoss }: MdnRnnEpoch, epochs: number): string {
  const validation = validationLoss === undefined ? '' : `, Validation: ${pythonFixed4(validationLoss)}`;
  return `Epoch [${epoch}/${epochs}], Loss: ${pythonFixed4(loss)}${validation}`;
}

function onWarning(message: string): void {
  console.error(`warning: ${message}`);
}
