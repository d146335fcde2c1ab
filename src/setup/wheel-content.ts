import type { Reporter } from './reporter';
import type { Requirement } from './requirement';

/** PyTorch's index for CPU builds, and the index with its CUDA build and NVIDIA's libraries. */
export const DEFAULT_INDEXES = { cpu: 'https://download.pytorch.org/whl/cpu', cuda: 'https://pypi.org/simple' };

/** A build of libtorch. */
export interface Build {
  version: string;
  cuda: boolean;
}

/** Where to unpack wheels, and how to report progress and stop. */
export interface Unpacking {
  /** The folder for `torch/` and, with CUDA, `nvidia/`. */
  content: string;
  reporter: Reporter;
  signal: AbortSignal;
}

/** Whether a package has NVIDIA's libraries or requires such packages. They require only each other. */
export function isNvidia({ project }: Requirement): boolean {
  return /^(nvidia-|cuda-toolkit$)/.test(project);
}

/** Whether a file of torch/lib belongs to libtorch rather than to Python or PyTorch's tests. */
export function isNeededLibrary(name: string): boolean {
  return !/^lib(torch_python|torch_global_deps|shm|aoti_custom_ops|backend_with_compiler|.*_test)/.test(name);
}

/** Maps a name in a wheel or in libtorch's zip to its path in pip's layout; undefined if the file is not needed. */
export function placeOf(name: string): string | undefined {
  const place = name.replace(/^libtorch\/(lib\/|include\/|build-version$)/, 'torch/$1');
  const isPart = /^(torch\/(lib\/|include\/|version\.py$|build-version$)|nvidia\/)/.test(place);
  return isPart && isNeededLibrary(place.replace(/^torch\/lib\//, '')) ? place : undefined;
}
