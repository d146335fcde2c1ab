import { LibtorchGenerativeError } from '../src/errors';

/** Runs a script's main function; what a user can cause is one message without a stack trace, and status 1. */
export function runMain(main: () => Promise<void>): void {
  main().catch((error) => {
    console.error(error instanceof LibtorchGenerativeError ? `error: ${error.message}` : error);
    process.exitCode = 1;
  });
}
