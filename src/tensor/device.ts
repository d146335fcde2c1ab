import { invalidArgument, LibtorchGenerativeError } from '../errors';
import { native } from '../native/addon';

/** A device: "cpu", "cuda" (the first GPU), "cuda:1", or "auto" (CUDA if a GPU is available, else the CPU). */
export type Device = 'auto' | 'cpu' | 'cuda' | `cuda:${number}`;

/**
 * Returns the number of CUDA devices that this libtorch can use; 0 if it was built without CUDA.
 *
 * @example
 * ```ts
 * import { cudaDeviceCount, zeros } from 'libtorch-generative';
 *
 * const x = zeros([2], { device: cudaDeviceCount() > 0 ? 'cuda' : 'cpu' });
 * console.log(x.shape); // [ 2 ]
 * ```
 */
export function cudaDeviceCount(): number {
  return native().cudaDeviceCount();
}

/**
 * Resolves a device name to "cpu" or "cuda:N".
 *
 * @param device see {@link Device}. Default "auto".
 * @throws ERR_DEVICE if the device is not available: `cuda` never falls back to the CPU
 * @example
 * ```ts
 * import { LibtorchGenerativeError, resolveDevice } from 'libtorch-generative';
 *
 * console.log(resolveDevice('cpu')); // cpu
 * try {
 *   resolveDevice('cuda:99');
 * } catch (error) {
 *   console.log((error as LibtorchGenerativeError).code); // ERR_DEVICE
 * }
 * ```
 */
export function resolveDevice(device: Device = 'auto'): Device {
  if (device === 'cpu') return 'cpu';
  if (device === 'auto') return cudaDeviceCount() > 0 ? 'cuda:0' : 'cpu';
  checkDevice('device', device);
  const index = device.slice('cuda:'.length) || '0';
  const number = Number(index);
  const count = cudaDeviceCount();
  if (number < count) return `cuda:${number}`;
  throw new LibtorchGenerativeError('ERR_DEVICE', `Device ${device} is not available: ${whyNoCuda(count)}`);
}

/** Throws ERR_DEVICE unless `value` is a device name; the add-on checks whether the device is available. */
export function checkDevice(name: string, value: unknown): void {
  if (typeof value === 'string' && NAMES.test(value)) return;
  throw new LibtorchGenerativeError(
    'ERR_DEVICE',
    invalidArgument(name, '"auto", "cpu", "cuda" or "cuda:N"', value).message,
  );
}

const NAMES = /^(auto|cpu|cuda(:(0|[1-9]\d*))?)$/;

function whyNoCuda(count: number): string {
  if (count > 0) return `the CUDA devices here are numbered 0 to ${count - 1}`;
  return native().cudaIsBuilt()
    ? 'libtorch has CUDA built in but finds no device (see nvidia-smi)'
    : 'this libtorch was built without CUDA (npx libtorch-generative setup --cuda downloads a CUDA build)';
}

/**
 * Returns how many threads an operator called from this thread may use. The default is one per core, limited to the
 * CPUs that the process may run on and its container's CPU quota, rounded up. `OMP_NUM_THREADS` overrides it.
 *
 * @example
 * ```ts
 * import { numThreads } from 'libtorch-generative';
 *
 * console.log(numThreads() >= 1); // true
 * ```
 */
export function numThreads(): number {
  return native().numThreads();
}

/**
 * Sets how many threads an operator called from this thread may use. The number affects how sums round, so results for
 * a seed are reproducible only with the same number of threads.
 *
 * @throws ERR_INVALID_ARGUMENT unless `numThreads` is a whole number from 1 to 4096
 * @example
 * ```ts
 * import { numThreads, setNumThreads } from 'libtorch-generative';
 *
 * setNumThreads(1); // for small tensors, or where several processes share the cores
 * console.log(numThreads()); // 1
 * ```
 */
export function setNumThreads(numThreads: number): void {
  native().setNumThreads(numThreads);
}

/** @internal Runs synchronous code with operators on one thread. */
export function onOneThread<T>(body: () => T): T {
  const before = numThreads();
  if (before === 1) return body();
  setNumThreads(1);
  try {
    return body();
  } finally {
    setNumThreads(before);
  }
}
