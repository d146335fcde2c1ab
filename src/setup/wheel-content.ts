import type { Reporter } from './reporter';
import type { Requirement } from './requirement';

/** Where PyTorch keeps its builds for the CPU, and where its build with CUDA and NVIDIA's libraries are. */
export const DEFAULT_INDEXES = { cpu: 'https://download.pytorch.org/whl/cpu', cuda: 'https://pypi.org/simple' };

/** A build of libtorch. */
export interface Build {
  version: string;
  cuda: boolean;
}

/** Where wheels go, and how that is reported and stopped. */
export interface Unpacking {
  /** Gets `torch/` and, with CUDA, `nvidia/`. */
  content: string;
  reporter: Reporter;
  signal: AbortSignal;
}

/** Packages with NVIDIA's libraries, or that ask for them; they need none but each other. */
export function isNvidia({ project }: Requirement): boolean {
  return /^(nvidia-|cuda-toolkit$)/.test(project);
}

/** Whether a file of torch/lib is libtorch's, not one for Python or PyTorch's own tests. */
export function isNeededLibrary(name: string): boolean {
  return !/^lib(torch_python|torch_global_deps|shm|aoti_custom_ops|backend_with_compiler|.*_test)/.test(name);
}

/** Where a file of a wheel, or of libtorch's zip, goes in pip's layout; undefined for what isn't needed. */
export function placeOf(name: string): string | undefined {
  const place = name.replace(/^libtorch\/(lib\/|include\/|build-version$)/, 'torch/$1');
  const isPart = /^(torch\/(lib\/|include\/|version\.py$|build-version$)|nvidia\/)/.test(place);
  return isPart && isNeededLibrary(place.replace(/^torch\/lib\//, '')) ? place : undefined;
}
