#!/usr/bin/env node
import { type Command, CommanderError } from 'commander';
import { LibtorchGenerativeError, messageOn } from '../errors';
import { commandLine } from './flags';
import { buildProgram } from './program';

const WRONG_USAGE = 2;

/** Ends with 1 on failure, 2 on wrong usage; whatever the user could cause is one message without a stack trace. */
function fail(program: Command, error: unknown): void {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : WRONG_USAGE; // it has printed its message
  } else if (error instanceof LibtorchGenerativeError) {
    console.error(`error: ${messageOn(commandLine(program), error)}`);
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

const program = buildProgram();
program.parseAsync().catch((error) => fail(program, error));
