import { LibtorchGenerativeError, worded } from '../errors';
import { cacheRoot } from '../native/cache';
import type { Build } from './wheel-content';

/** Creates the error for a failed download, with everything that was tried. */
export function fetchFailed(
  { version }: Build,
  failures: (string | undefined)[],
  cause?: unknown,
): LibtorchGenerativeError {
  return worded(
    'ERR_SETUP',
    ({ choose }) => {
      const flag = (name: string, value: string) =>
        choose({ program: `setupLibtorch({ ${name}: '${value}' })`, commandLine: `setup --${name} ${value}` });
      return [
        `Could not download libtorch ${version}:`,
        ...failures.flatMap((failure) => failure?.replace(/^/gm, '  ') ?? []),
        'Ways to fix this:',
        `  ${flag('index', 'https://...')}   a package index that this machine can reach`,
        '  HTTPS_PROXY=http://HOST:PORT   a proxy',
        `  ${flag('from', 'FILE or DIR')}   a wheel of torch, libtorch's zip or its folder, copied from another machine`,
        '  LIBTORCH=/path/to/libtorch   an existing libtorch',
        'On musl (Alpine) and Windows libtorch is not available.',
      ].join('\n');
    },
    { cause },
  );
}

/** Adds a remedy to an error of a full disk or a cache without permission. */
export function explain(error: unknown): unknown {
  const isFileError = error instanceof LibtorchGenerativeError && error.code === 'ERR_FILE';
  const { code, message } = (isFileError ? error.cause : error) as NodeJS.ErrnoException;
  const remedy = 'Set XDG_CACHE_HOME to a folder on another disk, or LIBTORCH to an existing libtorch.';
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new LibtorchGenerativeError(
      'ERR_SETUP',
      `The disk is full: libtorch needs about 1.2 GB free (CUDA: 10 GB) in ${cacheRoot()}. ${remedy}`,
      { cause: error },
    );
  }
  if (['EACCES', 'EPERM', 'EROFS', 'ENOENT', 'ENOTDIR', 'EEXIST'].includes(code ?? '')) {
    return new LibtorchGenerativeError(
      'ERR_SETUP',
      `The cache ${cacheRoot()} cannot be written: ${message}. ${remedy}`,
      { cause: error },
    );
  }
  return error;
}
