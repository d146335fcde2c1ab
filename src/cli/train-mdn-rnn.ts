import type { Command } from 'commander';
import { CALENDAR_CYCLES, type CalendarCycle } from '../data/calendar';
import { LINK_NAMES } from '../data/link';
import { SCALING_KINDS } from '../data/scaling';
import { resolveMdnRnnSettings, type TrainMdnRnnOptions } from '../training/mdn-rnn-settings';
import { requestedSettings } from '../training/start-run';
import { type MdnRnnEpoch, trainMdnRnn } from '../training/train-mdn-rnn';
import { addTrainingFlags, finiteNumber, oneOf, positiveNumber, type TrainingFlags, wholeNumber } from './flags';
import { pythonFixed4 } from './python-format';
import { runTraining, trainingOptions } from './run-training';

type MdnRnnFlags = TrainMdnRnnOptions & TrainingFlags;

export function addTrainMdnRnnCommand(train: Command): void {
  const command = train
    .command('mdn-rnn')
    .description('train the MDN-RNN on series in a CSV file')
    .option('--data <file>', 'a CSV file with a header, its rows in the order of time')
    .option('--column <names...>', 'the column to forecast; several are a series each')
    .option('--series <name>', 'the column that tells which series a row is of')
    .option('--time <name>', 'the column of the time')
    .option('--covariates <names...>', 'columns known in advance, as further inputs')
    .option('--calendar <list>', `further inputs from the time: ${CALENDAR_CYCLES.join(',')}`, calendarCycles)
    .option(
      '--scale <kind>',
      'what scales values: global, their series or their window (default: global)',
      oneOf(...SCALING_KINDS),
    )
    .option('--link <name>', 'log for values above 0, softplus from 0 on (default: identity)', oneOf(...LINK_NAMES))
    .option('--window <n>', 'values that the next one is predicted from (default: 24)', wholeNumber(1))
    .option('--hidden <n>', 'units of the GRU (default: 64)', wholeNumber(1))
    .option('--mixtures <n>', 'Gaussians in the mixture (default: 5)', wholeNumber(1))
    .option('--loss <name>', "nll, or mse of the mixture's mean (default: nll)", oneOf('nll', 'mse'))
    .option('--validation <part>', 'last part of each series kept for validation, 0 for none (default: 0.2)', part)
    .option('--test <part>', 'the part after it, kept for evaluation only (default: 0)', part)
    .option('--beta-nll <x>', 'weighs likelihoods by the predicted variance to this power (default: 0)', betaNll)
    .option('--clip-norm <x>', 'scales gradients down to at most this norm (default: none)', positiveNumber)
    .option('--patience <n>', 'stops after n epochs without a better validation loss, keeps the best', wholeNumber(1))
    .option('--lr-patience <n>', 'lowers the learning rate after n such epochs', wholeNumber(1))
    .option('--lr-factor <x>', 'what it is multiplied by then (default: 0.1)', lrFactor)
    .option('--calibrate <n>', 'fits the width of forecasts of up to n steps to the validation part', wholeNumber(1))
    .option('--exact', "libtorch's own GRU, equal to PyTorch's to the last bit");
  addTrainingFlags(command, { epochs: '100', batchSize: 32, lr: '1e-3', threads: '1' }).action(run);
}

const part = finiteNumber('a number from 0 to below 1', (part) => part >= 0 && part < 1);
const betaNll = finiteNumber('a number from 0 to 1', (beta) => beta >= 0 && beta <= 1);
const lrFactor = finiteNumber('a number above 0 and below 1', (factor) => factor > 0 && factor < 1);

/** Reads names of calendar cycles with commas between them. */
function calendarCycles(text: string): CalendarCycle[] {
  const isCycle = oneOf(...CALENDAR_CYCLES);
  return text.split(',').map((cycle) => isCycle(cycle.trim()) as CalendarCycle);
}

async function run(flags: MdnRnnFlags, command: Command): Promise<void> {
  if (flags.resume === undefined) {
    for (const name of ['data', 'column'] as const) {
      if (flags[name] === undefined) command.error(`error: required option '--${name}' not specified`);
    }
  }
  const options = trainingOptions(flags, 'mdn-rnn');
  const { epochs } = requestedSettings('mdn-rnn', resolveMdnRnnSettings(options), options);
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
