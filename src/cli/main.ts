#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { LibtorchGenerativeError } from '../errors';
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

const WRONG_USAGE = 2;
const WITHOUT_LIBTORCH = ['setup', 'build', 'doctor'];

function buildProgram(): Command {
  const program = new Command('libtorch-generative')
    .description('Train a GAN or an MDN-RNN on libtorch, and draw from them.')
    .version(require('../../package.json').version)
    .option('--yes', 'where libtorch is missing, fetch it without asking')
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
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

/** Ends with 1 on failure, 2 on wrong usage; whatever the user could cause is one message without a stack trace. */
function fail(error: unknown): void {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : WRONG_USAGE; // it has printed its message
  } else if (error instanceof LibtorchGenerativeError) {
    console.error(`error: ${error.message}`);
    process.exitCode = error.code === 'ERR_INVALID_ARGUMENT' ? WRONG_USAGE : 1;
  } else {
    console.error(error);
    process.exitCode = 1;
  }
}

// Whoever read the lines (`| head -1`) has left; the run goes on into its folder.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') return;
  console.error(`error: Cannot write to stdout: ${error.message}`);
  process.exit(1);
});

buildProgram().parseAsync().catch(fail);
