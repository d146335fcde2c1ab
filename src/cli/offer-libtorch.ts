import { createInterface } from 'node:readline/promises';
import { LibtorchGenerativeError } from '../errors';
import { cacheRoot } from '../native/cache';
import { FETCHED_VERSIONS } from '../native/libtorch';
import { findPair } from '../native/load';
import { hasNvidiaDriver } from '../native/system';
import { setupLibtorch } from '../setup/setup-libtorch';

/**
 * Before a command that needs libtorch: where there is none, fetches it if the user wants that, by `--yes` or when asked
 * on a terminal. What else is amiss is left to the command.
 *
 * @throws ERR_LIBTORCH_NOT_FOUND if it is not wanted, ERR_SETUP if it could not be fetched
 */
export async function offerLibtorch(yes: boolean): Promise<void> {
  const error = whyNotFound();
  if (!error) return;
  const onTerminal = Boolean(process.stdin.isTTY && process.stderr.isTTY);
  if (!yes && !onTerminal) {
    throw new LibtorchGenerativeError(
      error.code,
      `${error.message}\nOr give this command --yes, and it fetches libtorch first.`,
    );
  }
  if (hasNvidiaDriver()) {
    console.error(
      'This machine has an NVIDIA driver: npx libtorch-generative setup --cuda fetches the build that uses it.',
    );
  }
  if (!yes && !(await agrees())) throw error;
  await setupLibtorch();
}

function whyNotFound(): LibtorchGenerativeError | undefined {
  try {
    findPair();
  } catch (error) {
    if (error instanceof LibtorchGenerativeError && error.code === 'ERR_LIBTORCH_NOT_FOUND') return error;
  }
  return undefined;
}

async function agrees(): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const question = `This needs libtorch ${FETCHED_VERSIONS.cpu} for the CPU, which is not here. Fetch it (180 MB) into ${cacheRoot()}? [Y/n] `;
  const answer = await terminal.question(question).catch(() => 'no'); // Ctrl-C or Ctrl-D
  terminal.close();
  return /^(y|yes)?$/i.test(answer.trim());
}
