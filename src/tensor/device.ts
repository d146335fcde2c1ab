import { LibtorchGenerativeError } from '../errors';
import { native } from '../native/addon';

/** "cpu", "cuda" (the first device), "cuda:1", or "auto": CUDA where there is a device, else the CPU. */
export type Device = 'auto' | 'cpu' | 'cuda' | `cuda:${number}`;

/** How many CUDA devices this libtorch can use; 0 if it was built without CUDA. */
export function cudaDeviceCount(): number {
  return native().cudaDeviceCount();
}

/**
 * The device to use for a name.
 *
 * @throws ERR_DEVICE if there is no such device: a wish for CUDA never falls back to the CPU in silence
 */
export function resolveDevice(device: string = 'auto'): string {
  if (device === 'auto') return cudaDeviceCount() > 0 ? 'cuda:0' : 'cpu';
  if (device === 'cpu') return 'cpu';
  const index = /^cuda(?::(\d+))?$/.exec(device);
  if (!index) {
    throw new LibtorchGenerativeError(
      'ERR_DEVICE',
      `Expected auto, cpu, cuda or cuda:N for device but received ${JSON.stringify(device)}`,
    );
  }
  const number = Number(index[1] ?? 0);
  const count = cudaDeviceCount();
  if (number < count) return `cuda:${number}`;
  throw new LibtorchGenerativeError('ERR_DEVICE', `Device ${device} is not there: ${whyNoCuda(count)}`);
}

function whyNoCuda(count: number): string {
  if (count > 0) return `the CUDA devices here are numbered 0 to ${count - 1}`;
  return native().cudaIsBuilt()
    ? 'libtorch has CUDA built in but finds no device (see nvidia-smi)'
    : 'this libtorch was built without CUDA (npx libtorch-generative setup --cuda fetches one that has it)';
}

/** How many threads an operator may use. */
export function numThreads(): number {
  return native().numThreads();
}

/** Sums over several threads round differently: the same seed gives the same numbers at the same number of threads. */
export function setNumThreads(numThreads: number): void {
  native().setNumThreads(numThreads);
}
