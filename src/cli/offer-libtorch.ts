import { createInterface } from 'node:readline/promises';
import { LibtorchGenerativeError } from '../errors';
import { cacheRoot } from '../native/cache';
import { FETCHED_VERSIONS } from '../native/libtorch';
import { findPair } from '../native/load';
import { hasNvidiaDriver } from '../native/system';
import { setupLibtorch } from '../setup/setup-libtorch';

/**
 * Called before commands that need libtorch: if it is missing, downloads it, given `--yes` or the user's consent on a
 * terminal. Other problems are left to the command.
 *
 * @throws ERR_LIBTORCH_NOT_FOUND if the user declines; ERR_SETUP if the download fails
 */
export async function offerLibtorch(yes: boolean): Promise<void> {
  const error = whyNotFound();
  if (!error) return;
  const onTerminal = Boolean(process.stdin.isTTY && process.stderr.isTTY);
  if (!yes && !onTerminal) {
    throw new LibtorchGenerativeError(
      error.code,
      `${error.message}\nOr add --yes to this command to download libtorch first.`,
    );
  }
  if (hasNvidiaDriver()) {
    console.error(
      'This machine has an NVIDIA driver: npx libtorch-generative setup --cuda downloads the build that uses the GPU.',
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
  const question = `This command needs libtorch ${FETCHED_VERSIONS.cpu} for the CPU, which is missing. Download it (180 MB) into ${cacheRoot()}? [Y/n] `;
  const answer = await terminal.question(question).catch(() => 'no'); // Ctrl-C or Ctrl-D
  terminal.close();
  return /^(y|yes)?$/i.test(answer.trim());
}
