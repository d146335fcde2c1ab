// libtorch gets its threads from OpenMP, which reads its settings once, when libgomp is loaded; so they are set here.
import { existsSync, readdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { type CpuLimits, mostThreads, readCpuLimits } from './cpu-limits';
import { type Libtorch, libraryFile } from './libtorch';
import type { Loader } from './loader';

/**
 * How many iterations threads spin for each other before they sleep. With libgomp's default, 300,000, threads on busy
 * cores spin for milliseconds; scripts/bench/README.md has measurements.
 */
export const SPIN_COUNT = 1500;

/** Who decides how threads wait: this package, the user through a variable, or whoever loaded libgomp before. */
export type WaitPolicy = 'package' | 'OMP_WAIT_POLICY' | 'GOMP_SPINCOUNT' | 'host' | 'libtorch';

/** What determines the initial number of threads: the user, the CPU quota, the allowed CPUs, or all cores. */
export type ThreadsReason = 'OMP_NUM_THREADS' | 'MKL_NUM_THREADS' | 'quota' | 'affinity' | 'cores';

/** The part of the add-on that sets the number of threads. */
export interface ThreadSetter {
  numThreads(): number;
  setNumThreads(numThreads: number): void;
}

/** Loads libtorch's libgomp before libtorch does, so that idle threads soon sleep, unless the user configured it. */
export function loadOpenMp(loader: Loader, { lib }: Libtorch): WaitPolicy {
  if (process.platform !== 'linux') return 'libtorch';
  const byUser = (['OMP_WAIT_POLICY', 'GOMP_SPINCOUNT'] as const).find((name) => loader.variable(name) !== undefined);
  if (byUser) return byUser;
  const openMp = libgompOf(lib);
  // A libgomp elsewhere, such as the system's, is loaded with libtorch.
  const [path, soname] = openMp ?? [join(lib, libraryFile('torch')), 'libgomp.so.1'];
  return loader.loadFirst(path, soname, 'GOMP_SPINCOUNT', String(SPIN_COUNT)) ? 'package' : 'host';
}

/** Returns path and name of the libgomp in a PyTorch wheel or zip: libgomp.so.1, or libgomp-98b21ff3.so.1. */
function libgompOf(lib: string): [path: string, soname: string] | undefined {
  const folders = [lib, join(lib, '..', '..', 'torch.libs')].filter((folder) => existsSync(folder));
  const found = folders.flatMap((folder) => readdirSync(folder).map((name) => [join(folder, name), name] as const));
  const openMp = found.find(([, name]) => /^libgomp[-.]/.test(name));
  return openMp && [...openMp];
}

/** Limits this thread's initial number of threads to what its CPU limits can use, unless the user set a number. */
export function limitThreads(loader: Loader, addon: ThreadSetter, limits: CpuLimits = readCpuLimits()): ThreadsReason {
  const byUser = (['OMP_NUM_THREADS', 'MKL_NUM_THREADS'] as const).find((name) =>
    /^\s*[1-9]/.test(loader.variable(name) ?? ''),
  );
  if (byUser) return byUser;
  const most = mostThreads(limits);
  if (most < addon.numThreads()) addon.setNumThreads(most);
  const all = cpus().length;
  const { affinity = all, quota = all } = limits;
  if (quota < affinity && most <= addon.numThreads()) return 'quota';
  return affinity < all ? 'affinity' : 'cores';
}
