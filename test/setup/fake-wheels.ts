import { arch } from 'node:os';
import { archive, startIndex } from './index-server';

export const machine = arch() === 'arm64' ? 'aarch64' : 'x86_64';
export const TORCH = `torch-2.13.0+cpu-cp311-cp311-manylinux_2_28_${machine}.whl`;

/** Numbers that no compression makes small, the same in each run. */
export function noise(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let state = 1;
  for (let i = 0; i < size; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

const versionHeader = (version: string) =>
  ['MAJOR', 'MINOR', 'PATCH'].map((part, i) => `#define TORCH_VERSION_${part} ${version.split('.')[i]}\n`).join('');

export function torchFiles({
  version = '2.13.0',
  cuda = false,
  size = 200_000,
} = {}): Record<string, string | Uint8Array> {
  return {
    'torch/__init__.py': 'raise',
    'torch/lib/libc10.so': 'c10',
    'torch/lib/libtorch.so': 'torch',
    'torch/lib/libtorch_cpu.so': noise(size),
    ...(cuda && { 'torch/lib/libtorch_cuda.so': 'cuda' }),
    'torch/lib/libtorch_python.so': noise(1000),
    'torch/include/torch/headeronly/version.h': versionHeader(version),
    'torch/version.py': `__version__ = '${version}'`,
  };
}

export const cpuWheel = (size?: number) => archive(torchFiles({ size }));
export const cpuIndex = (bytes = cpuWheel(), options = {}) => startIndex({ torch: { [TORCH]: bytes } }, options);
