import { LibtorchGenerativeError } from '../errors';
import { remedies } from './libtorch';
import { describeSystem } from './system';

interface Cause {
  pattern: RegExp;
  cause: string;
  remedy: string;
}

const musl: Cause = {
  pattern: /ld-linux|Error relocating|Error loading shared library/,
  cause: 'this system uses musl (Alpine), and libtorch needs glibc',
  remedy: 'use a glibc-based system or container image, such as node:22-slim',
};
const otherProcessor: Cause = {
  pattern: /it is built for \w|wrong ELF class|incompatible architecture|machine mismatch|wrong architecture/,
  cause: `it was built for a processor other than ${process.arch}`,
  remedy: `replace it with a build for ${process.arch}`,
};
const damaged = /file too short|invalid ELF header|cannot read file data|not a mach-o file|truncated|ELF load command/i;
const tooOld = /GLIBC(XX)?_[\d.]+'? not found/;

/** Causes by the dynamic linker's message, most specific first: of a libtorch that does not load, */
const libtorchCauses: Cause[] = [
  {
    pattern: /aoti_torch_abi_version/,
    cause: 'it is older than the versions that this package supports',
    remedy: 'replace it with a newer one',
  },
  {
    pattern: damaged,
    cause: 'a library is corrupt, perhaps truncated by an interrupted copy',
    remedy: 'copy it again, or, in the cache, run npx libtorch-generative setup --remove, then setup',
  },
  {
    pattern: tooOld,
    cause: 'this system is too old: libtorch needs glibc 2.28 and GLIBCXX_3.4.22 or newer',
    remedy: 'use a newer system, such as Debian 10, Ubuntu 20.04 or RHEL 8',
  },
  musl,
  otherProcessor,
  {
    pattern: /lib(cu|nv|nccl)\w*\.so[.\d]*: cannot open/,
    cause: 'an NVIDIA library is missing; a CUDA build looks for them in ../../nvidia',
    remedy: 'keep torch/ and nvidia/ side by side, as npx libtorch-generative setup --cuda does',
  },
  {
    pattern: /cannot open shared object file|Library not loaded|image not found/,
    cause: 'a library that it depends on is missing',
    remedy: 'install it, or download libtorch again: npx libtorch-generative setup --remove, then setup',
  },
];

/** and of an add-on that does not load. */
const addonCauses: Cause[] = [
  { pattern: damaged, cause: 'the file is corrupt', remedy: 'reinstall the package' },
  {
    pattern: tooOld,
    cause: 'this system is older than the one it was compiled on',
    remedy: 'use a newer system',
  },
  musl,
  otherProcessor,
  {
    pattern: /undefined symbol|symbol not found/i,
    cause: 'it was compiled for a different libtorch',
    remedy: 'compile it here',
  },
];

/** Describes why the libtorch in `root` could not be loaded, and how to fix it. */
export function libtorchFailure(error: Error, root: string, cuda: boolean): LibtorchGenerativeError {
  return new LibtorchGenerativeError(
    'ERR_LIBTORCH_BROKEN',
    [
      `libtorch in ${root} (${cuda ? 'CUDA' : 'CPU'} build) cannot be loaded: ${error.message}`,
      ...explanation(error, libtorchCauses),
      remedies(),
    ].join('\n'),
    { cause: error },
  );
}

/** Describes why a file of the add-on could not be loaded, and how to fix it. */
export function addonFailure(error: Error, file: string): LibtorchGenerativeError {
  return new LibtorchGenerativeError(
    'ERR_ADDON_NOT_BUILT',
    [
      `The add-on ${file} cannot be loaded on this system (${describeSystem()}): ${error.message}`,
      ...explanation(error, addonCauses),
      'To compile it here with cmake and a C++20 compiler: npx libtorch-generative build',
    ].join('\n'),
    { cause: error },
  );
}

function explanation(error: Error, among: Cause[]): string[] {
  const known = among.find(({ pattern }) => pattern.test(error.message));
  return known ? [`Likely cause: ${known.cause}. Fix: ${known.remedy}.`] : [];
}
