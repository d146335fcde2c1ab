#!/usr/bin/env node
import { type Command, CommanderError } from 'commander';
import { LibtorchGenerativeError, messageOn } from '../errors';
import { addCompletion } from './completion';
import { commandLine } from './flags';
import { buildProgram } from './program';

const WRONG_USAGE = 2;
const ABOUT_THE_INSTALLATION = /^ERR_(LIBTORCH_.*|SETUP|ADDON_NOT_BUILT|DEVICE)$/;

/** For who types nothing but the program's name. */
const FIRST_STEPS = `Train a GAN to draw images, or an MDN-RNN to forecast series.

First steps:
  npx libtorch-generative setup     download libtorch, once: 180 MB (--cuda for an NVIDIA GPU)
  npx libtorch-generative demo      train both models on data that comes with the package, and write their reports

Your data:
  npx libtorch-generative train gan --data FOLDER
  npx libtorch-generative train mdn-rnn --data FILE.csv --column NAME --time NAME

npx libtorch-generative --help lists all commands; COMMAND --help lists its options.
`;

/** Ends with 1 on failure, 2 on wrong usage; whatever the user could cause is one message without a stack trace. */
function fail(program: Command, error: unknown): void {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : WRONG_USAGE; // it has printed its message
  } else if (error instanceof LibtorchGenerativeError) {
    console.error(`error: ${messageOn(commandLine(program), error)}`);
    if (ABOUT_THE_INSTALLATION.test(error.code)) {
      console.error(`What helps: npx libtorch-generative explain ${error.code}`);
    }
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

async function main(): Promise<void> {
  const program = buildProgram();
  await addCompletion(program, process.argv[2] === 'complete');
  await program.parseAsync().catch((error) => fail(program, error));
}

if (process.argv.length <= 2) process.stdout.write(FIRST_STEPS);
else void main();
