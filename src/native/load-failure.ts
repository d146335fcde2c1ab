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
  remedy: 'use a system or container image with glibc, such as node:22-slim',
};
const otherProcessor: Cause = {
  pattern: /it is for \w|wrong ELF class|incompatible architecture|machine mismatch|wrong architecture/,
  cause: `it was built for another processor than this ${process.arch}`,
  remedy: 'replace it',
};
const damaged =
  /is cut off|file too short|invalid ELF header|cannot read file data|not a mach-o file|truncated|ELF load command/i;
const tooOld = /GLIBC(XX)?_[\d.]+'? not found/;

/** What the dynamic linker's message tells about the cause, most specific first: of libtorch, */
const libtorchCauses: Cause[] = [
  {
    pattern: /aoti_torch_abi_version/,
    cause: 'it is older than any that this package runs on',
    remedy: 'replace it',
  },
  {
    pattern: damaged,
    cause: 'a library is damaged, perhaps cut off while it was copied',
    remedy: 'copy it again; for the cache: npx libtorch-generative setup --remove, then setup',
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
    cause: "a library of NVIDIA's is missing, which a CUDA build looks for in ../../nvidia",
    remedy:
      'keep torch/ and nvidia/ side by side as pip install --target puts them: npx libtorch-generative setup --cuda',
  },
  {
    pattern: /cannot open shared object file|Library not loaded|image not found/,
    cause: 'a library that it needs is missing',
    remedy: 'install it, or fetch a complete libtorch: npx libtorch-generative setup --remove, then setup',
  },
];

/** and of the add-on. */
const addonCauses: Cause[] = [
  { pattern: damaged, cause: 'the file is damaged', remedy: 'install the package again' },
  {
    pattern: tooOld,
    cause: 'this system is older than the one that it was compiled on',
    remedy: 'use a newer one',
  },
  musl,
  otherProcessor,
  {
    pattern: /undefined symbol|symbol not found/i,
    cause: 'libtorch is not the one that it was compiled for',
    remedy: 'compile it here',
  },
];

/** Why the libtorch in `root` could not be loaded, and what helps. */
export function libtorchFailure(error: Error, root: string, cuda: boolean): LibtorchGenerativeError {
  return new LibtorchGenerativeError(
    'ERR_LIBTORCH_BROKEN',
    [
      `libtorch in ${root} (${cuda ? 'CUDA' : 'CPU'} build) can't be loaded: ${error.message}`,
      ...explanation(error, libtorchCauses),
      remedies(),
    ].join('\n'),
    { cause: error },
  );
}

/** Why a file of the add-on could not be loaded here, and what helps. */
export function addonFailure(error: Error, file: string): LibtorchGenerativeError {
  return new LibtorchGenerativeError(
    'ERR_ADDON_NOT_BUILT',
    [
      `The add-on ${file} does not load on this system (${describeSystem()}): ${error.message}`,
      ...explanation(error, addonCauses),
      'Compile it here with cmake and a C++20 compiler: npx libtorch-generative build',
    ].join('\n'),
    { cause: error },
  );
}

function explanation(error: Error, among: Cause[]): string[] {
  const known = among.find(({ pattern }) => pattern.test(error.message));
  return known ? [`Probably ${known.cause}: ${known.remedy}.`] : [];
}
