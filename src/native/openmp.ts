// OpenMP is what libtorch has its threads from. Its settings are read once, while libgomp is loaded, so they are here.
import { existsSync, readdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { type CpuLimits, mostThreads, readCpuLimits } from './cpu-limits';
import { type Libtorch, libraryFile } from './libtorch';
import type { Loader } from './loader';

/**
 * How many turns threads wait for each other before they sleep. By libgomp's own choice, 300,000, threads that others keep
 * from the cores wait for milliseconds; scripts/bench/README.md has the figures.
 */
export const SPIN_COUNT = 1000;

/** Who decides how threads wait: this package, the user by a variable, or who loaded libgomp before. */
export type WaitPolicy = 'package' | 'OMP_WAIT_POLICY' | 'GOMP_SPINCOUNT' | 'host' | 'libtorch';

/** Why a thread begins with so many threads: the user says so, or the quota, the CPUs it may run on, or all that there are. */
export type ThreadsReason = 'OMP_NUM_THREADS' | 'MKL_NUM_THREADS' | 'quota' | 'affinity' | 'cores';

/** A part of the add-on. */
export interface ThreadSetter {
  numThreads(): number;
  setNumThreads(numThreads: number): void;
}

/** Loads libtorch's libgomp before libtorch does, so that its threads soon sleep, unless the user has set how they wait. */
export function loadOpenMp(loader: Loader, { lib }: Libtorch): WaitPolicy {
  if (process.platform !== 'linux') return 'libtorch';
  const byUser = (['OMP_WAIT_POLICY', 'GOMP_SPINCOUNT'] as const).find((name) => loader.variable(name) !== undefined);
  if (byUser) return byUser;
  const openMp = libgompOf(lib);
  // One that is elsewhere, the system's say, comes with libtorch.
  const [path, soname] = openMp ?? [join(lib, libraryFile('torch')), 'libgomp.so.1'];
  return loader.loadFirst(path, soname, 'GOMP_SPINCOUNT', String(SPIN_COUNT)) ? 'package' : 'host';
}

/** The path and the name of the libgomp that a wheel or zip of PyTorch brings: libgomp.so.1, or libgomp-98b21ff3.so.1. */
function libgompOf(lib: string): [path: string, soname: string] | undefined {
  const folders = [lib, join(lib, '..', '..', 'torch.libs')].filter((folder) => existsSync(folder));
  const found = folders.flatMap((folder) => readdirSync(folder).map((name) => [join(folder, name), name] as const));
  const openMp = found.find(([, name]) => /^libgomp[-.]/.test(name));
  return openMp && [...openMp];
}

/** Has this thread begin with no more threads than its limits leave something to do, unless the user has set how many. */
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
