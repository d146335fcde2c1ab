import { LibtorchGenerativeError } from '../errors';
import { findPair } from '../native/load';
import { packageVersion } from '../version';

/** Returns "libtorch-generative 0.1.0", and on the next line the libtorch that commands use. */
export function describeVersions(): string {
  return `libtorch-generative ${packageVersion()}\nlibtorch: ${libtorchVersion()}`;
}

function libtorchVersion(): string {
  try {
    const { libtorch } = findPair();
    return `${libtorch.version} (${libtorch.cuda ? 'CUDA' : 'CPU'}) in ${libtorch.root}`;
  } catch (error) {
    if (error instanceof LibtorchGenerativeError) return `not usable: ${error.message.split('\n')[0]}`;
    throw error;
  }
}
