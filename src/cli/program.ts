import { Command, CommanderError } from 'commander';
import { addBuildCommand } from './build';
import { addDemoCommand } from './demo';
import { addDoctorCommand } from './doctor';
import { addEvaluateCommand } from './evaluate';
import { addExplainCommand } from './explain';
import { addExportCommand } from './export';
import { addForecastCommand } from './forecast';
import { offerLibtorch } from './offer-libtorch';
import { addReportCommand } from './report';
import { addSampleCommand } from './sample';
import { addServeCommand } from './serve';
import { addSetupCommand } from './setup';
import { addTrainGanCommand } from './train-gan';
import { addTrainMdnRnnCommand } from './train-mdn-rnn';
import { describeVersions } from './versions';

const WITHOUT_LIBTORCH = ['setup', 'build', 'doctor', 'explain', 'complete'];

/** All commands. What goes wrong is thrown: a CommanderError has been printed, others are for the caller to print. */
export function buildProgram(): Command {
  const program = new Command('libtorch-generative')
    .description('Train a GAN to draw images, or an MDN-RNN to forecast series, on libtorch.')
    .option('-V, --version', 'print the versions of this package and of libtorch')
    .on('option:version', () => {
      process.stdout.write(`${describeVersions()}\n`);
      throw new CommanderError(0, 'commander.version', '');
    })
    .option('--yes', 'download libtorch without asking if it is missing')
    .configureHelp({ showGlobalOptions: true, optionDescription: ({ description }) => description })
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(asOneLine(text)) })
    .hook('preAction', async (_, command) => {
      if (!WITHOUT_LIBTORCH.includes(command.name())) await offerLibtorch(program.opts().yes);
    });
  program.commandsGroup('Models:');
  const train = program.command('train').description('train a model: gan or mdn-rnn');
  addTrainGanCommand(train);
  addTrainMdnRnnCommand(train);
  addSampleCommand(program);
  addForecastCommand(program);
  addEvaluateCommand(program);
  addReportCommand(program);
  addExportCommand(program);
  addServeCommand(program);
  program.commandsGroup('Installation:');
  addSetupCommand(program);
  addDemoCommand(program, (args) => buildProgram().parseAsync(args, { from: 'user' }));
  addDoctorCommand(program);
  addExplainCommand(program);
  addBuildCommand(program);
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
