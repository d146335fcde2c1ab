import { Command } from 'commander';
import { packageVersion } from '../version';
import { addBuildCommand } from './build';
import { addDoctorCommand } from './doctor';
import { addEvaluateCommand } from './evaluate';
import { addExportCommand } from './export';
import { addForecastCommand } from './forecast';
import { offerLibtorch } from './offer-libtorch';
import { addReportCommand } from './report';
import { addSampleCommand } from './sample';
import { addSetupCommand } from './setup';
import { addTrainGanCommand } from './train-gan';
import { addTrainMdnRnnCommand } from './train-mdn-rnn';

const WITHOUT_LIBTORCH = ['setup', 'build', 'doctor'];

/** All commands. What goes wrong is thrown: a CommanderError has been printed, others are for the caller to print. */
export function buildProgram(): Command {
  const program = new Command('libtorch-generative')
    .description('Train a GAN or an MDN-RNN on libtorch, and draw from them.')
    .version(packageVersion())
    .option('--yes', 'where libtorch is missing, fetch it without asking')
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(asOneLine(text)) })
    .hook('preAction', async (_, command) => {
      if (!WITHOUT_LIBTORCH.includes(command.name())) await offerLibtorch(program.opts().yes);
    });
  addSetupCommand(program);
  addBuildCommand(program);
  addDoctorCommand(program);
  const train = program.command('train').description('train a model');
  addTrainGanCommand(train);
  addTrainMdnRnnCommand(train);
  addSampleCommand(program);
  addForecastCommand(program);
  addEvaluateCommand(program);
  addExportCommand(program);
  addReportCommand(program);
  return program;
}

/** Commander's messages in the form of the package's. */
function asOneLine(text: string): string {
  return text
    .trim()
    .replace(/^error: (.)/, (_, first: string) => `error: ${first.toUpperCase()}`)
    .replace(/\.?\n\((.*)\)$/, '. $1')
    .concat('\n');
}
