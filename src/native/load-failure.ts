import { LibtorchGenerativeError } from '../errors';
import { remedies } from './libtorch';

/** What the dynamic linker's message tells about the cause, most specific first. */
const causes: { pattern: RegExp; cause: string; remedy: string }[] = [
  {
    pattern: /aoti_torch_abi_version/,
    cause: 'it is older than any that this package runs on',
    remedy: 'replace it',
  },
  {
    pattern: /file too short|invalid ELF header|cannot read file data|not a mach-o file|truncated|ELF load command/i,
    cause: 'a library is damaged, perhaps cut off while it was copied',
    remedy: 'copy it again; for the cache: npx libtorch-generative setup --remove, then setup',
  },
  {
    pattern: /GLIBC(XX)?_[\d.]+'? not found/,
    cause: 'this system is too old: libtorch needs glibc 2.28 and GLIBCXX_3.4.22 or newer',
    remedy: 'use a newer system, such as Debian 10, Ubuntu 20.04 or RHEL 8',
  },
  {
    pattern: /ld-linux|Error relocating|Error loading shared library/,
    cause: 'this system uses musl (Alpine), and libtorch needs glibc',
    remedy: 'use a system or container image with glibc, such as node:22-slim',
  },
  {
    pattern: /wrong ELF class|incompatible architecture|machine mismatch|wrong architecture/,
    cause: `it was built for another processor than this ${process.arch}`,
    remedy: 'replace it',
  },
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

/** Why the libtorch in `root` could not be loaded, and what helps. */
export function loadFailure(error: Error, root: string, cuda: boolean, compiledFor: string): LibtorchGenerativeError {
  const known = causes.find(({ pattern }) => pattern.test(error.message));
  return new LibtorchGenerativeError(
    'ERR_LIBTORCH_BROKEN',
    [
      `libtorch in ${root} (${cuda ? 'CUDA' : 'CPU'} build) can't be loaded: ${error.message}`,
      ...(known ? [`Probably ${known.cause}: ${known.remedy}.`] : []),
      remedies(compiledFor),
    ].join('\n'),
    { cause: error },
  );
}
