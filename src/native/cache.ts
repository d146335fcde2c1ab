import { existsSync, mkdtempSync, readdirSync } from 'node:fs';
import { readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { homedir, hostname, platform } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { makeFolder } from '../files';
import type { Environment } from './system';

/** Returns the package's cache folder, which holds, among others, what `setup` downloads and `build` compiles. */
export function cacheRoot(env: Environment = process.env): string {
  const home = env.HOME || homedir();
  const fallback = platform() === 'darwin' ? join(home, 'Library', 'Caches') : join(home, '.cache');
  const base = env.XDG_CACHE_HOME && isAbsolute(env.XDG_CACHE_HOME) ? env.XDG_CACHE_HOME : fallback;
  return join(base, 'libtorch-generative');
}

const libtorchName = /^\d+\.\d+\.\d+-(cpu|cuda)$/;

/**
 * Returns the folder of one libtorch in the cache. It has the layout of `pip install --target`, `torch/lib` next to
 * `nvidia/NAME/lib`, because the CUDA build looks for its NVIDIA libraries in `../../nvidia`.
 */
export function cacheFolder(version: string, cuda: boolean, env: Environment = process.env): string {
  return join(cacheRoot(env), `${version}-${cuda ? 'cuda' : 'cpu'}`);
}

/**
 * Runs `work` with an empty folder in the cache that is removed afterwards. SIGINT and SIGTERM abort the signal passed
 * to `work` and take effect once the folder is removed. Leftovers of killed processes are removed first.
 */
export async function withStagingFolder<T>(work: (folder: string, signal: AbortSignal) => Promise<T>): Promise<T> {
  makeFolder(cacheRoot());
  await removeLeftovers();
  const folder = mkdtempSync(join(cacheRoot(), `.setup-${hostname()}-${process.pid}-`));
  const controller = new AbortController();
  let received: NodeJS.Signals | undefined;
  const stop = (signal: NodeJS.Signals) => {
    received = signal;
    controller.abort();
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    return await work(folder, controller.signal);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    process.off('SIGINT', stop).off('SIGTERM', stop);
    if (received) process.kill(process.pid, received);
  }
}

/** Lists the folders of the libtorchs in the cache: CUDA builds first, newer versions first. */
export function cachedLibtorchs(env: Environment = process.env): string[] {
  const root = cacheRoot(env);
  const names = existsSync(root) ? readdirSync(root).filter((name) => libtorchName.test(name)) : [];
  const isCpu = (name: string) => Number(name.endsWith('-cpu'));
  names.sort((a, b) => isCpu(a) - isCpu(b) || b.localeCompare(a, 'en', { numeric: true }));
  return names.map((name) => join(root, name));
}

/**
 * Empties the cache, including libtorch, add-ons compiled by `build` and the digit classifier, and returns the removed
 * paths.
 */
export async function emptyCache(): Promise<string[]> {
  const root = cacheRoot();
  if (!existsSync(root)) return [];
  const removed = await withStagingFolder(async (staging) => {
    const names = (await readdir(root)).filter((name) => !name.startsWith('.setup-'));
    // Renamed first, so that no partially removed folder is ever found under its name.
    for (const name of names) await rename(join(root, name), join(staging, name));
    return names.map((name) => join(root, name));
  });
  await rmdir(root).catch(() => {}); // another setup is running
  return removed;
}

/** Removes staging folders whose process is gone; those of other machines that share the cache, after a day. */
async function removeLeftovers(): Promise<void> {
  const dayMs = 24 * 60 * 60 * 1000;
  for (const name of await readdir(cacheRoot())) {
    const [, host, pid] = name.match(/^\.setup-(.+)-(\d+)-\w{6}$/) ?? [];
    if (!host) continue;
    const folder = join(cacheRoot(), name);
    const modified = await stat(folder).catch(() => undefined);
    const old = modified !== undefined && Date.now() - modified.mtimeMs > dayMs;
    if (old || (host === hostname() && !isRunning(Number(pid)))) await rm(folder, { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
