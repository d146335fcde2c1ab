import type { Command } from 'commander';
import { backtestLine } from '../evaluation/verdict';
import { choiceLine } from '../training/candidates';
import { MDN_RNN_OPTIONS, type TrainMdnRnnOptions } from '../training/mdn-rnn-options';
import type { MdnRnnResult } from '../training/mdn-rnn-result';
import { MDN_RNN_RUN, resolveMdnRnnSettings } from '../training/mdn-rnn-settings';
import { requestedSettings } from '../training/start-run';
import { type MdnRnnEpoch, trainMdnRnn } from '../training/train-mdn-rnn';
import { addExamples, addFlags, type Headings } from './flags';
import { pythonFixed4 } from './python-format';
import { runTraining, trainingOptions } from './run-training';
import { warn } from './warn';

type MdnRnnFlags = TrainMdnRnnOptions & { json?: boolean };

const HEADINGS: Headings<TrainMdnRnnOptions> = {
  Data: [
    'data',
    'column',
    'series',
    'time',
    'delimiter',
    'decimal',
    'gaps',
    'frequency',
    'dateFormat',
    'timeZone',
    'covariates',
    'staticCovariates',
    'pastCovariates',
    'calendar',
    'season',
    'link',
    'select',
    'horizon',
    'validation',
    'test',
  ],
  Model: ['preset', 'start', 'inputs', 'window', 'scale', 'difference', 'hidden', 'mixtures', 'exact', 'calibrate'],
  Training: [
    'epochs',
    'batchSize',
    'lr',
    'loss',
    'betaNll',
    'clipNorm',
    'patience',
    'lrPatience',
    'lrFactor',
    'seed',
    'threads',
    'device',
  ],
  Run: ['out', 'resume', 'init', 'tensorboard'],
};

export function addTrainMdnRnnCommand(train: Command): void {
  const command = train.command('mdn-rnn').description('train an MDN-RNN to forecast series in a CSV file');
  addExamples(
    command,
    'train mdn-rnn --data co2.csv --column CO2 --time Date',
    'train mdn-rnn --data sales.csv --column sold --series shop --time day --covariates price --horizon 14',
    'train mdn-rnn --resume runs/mdn-rnn --epochs 200',
  );
  addFlags<TrainMdnRnnOptions>(command, MDN_RNN_OPTIONS, HEADINGS)
    .option('--json', 'print one JSON object per epoch and nothing else')
    .action(run);
}

async function run(flags: MdnRnnFlags): Promise<void> {
  const options: TrainMdnRnnOptions = trainingOptions(flags, 'mdn-rnn');
  const { epochs } = requestedSettings(MDN_RNN_RUN, resolveMdnRnnSettings(options), options);
  await runTraining<MdnRnnEpoch, MdnRnnResult>((hooks) => trainMdnRnn({ ...options, ...hooks, onWarning: warn }), {
    folder: (flags.resume ?? options.out)!,
    json: flags.json,
    line: (record) => articleLine(record, epochs),
    verdict: ({ settings, evaluation }) =>
      [choiceLine(settings.candidates), evaluation && backtestLine(evaluation)].filter(Boolean).join('\n') || undefined,
  });
}

function articleLine({ epoch, loss, validationLoss }: MdnRnnEpoch, epochs: number): string {
  const validation = validationLoss === undefined ? '' : `, Validation: ${pythonFixed4(validationLoss)}`;
  return `Epoch [${epoch}/${epochs}], Loss: ${pythonFixed4(loss)}${validation}`;
}
