import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { packageVersion } from '../version';
import { type Addon, listAddons } from './addons';
import { cacheRoot } from './cache';
import { readCpuLimits } from './cpu-limits';
import type { Libtorch } from './libtorch';
import { findPair, type ThreadSettings } from './load';
import { hasNvidiaDriver, libc } from './system';

/** What a bug report needs. Parts that could not be found out are left out. */
export interface Diagnosis {
  /** Whether models can be trained here. */
  ok: boolean;
  /** Why not. */
  error?: string;
  package: { version: string; addons: Addon[] };
  node: string;
  system: {
    platform: string;
    arch: string;
    /** The kernel's version. */
    release: string;
    libc: string;
    cpu: string;
    /** CPUs that this process may run on. */
    availableCpus: number;
    /** CPU time for each second that its cgroup may use; undefined without a quota. */
    cpuQuota: number | undefined;
    memoryGiB: number;
  };
  /** Of the variables that change what is found or how it runs, those that are set. */
  environment: Record<string, string>;
  cache: { folder: string; entries: string[] };
  /** The add-on that fits the libtorch. */
  addon?: Addon;
  libtorch?: Libtorch;
  loadSeconds?: number;
  /** How libtorch computes by default: vector instructions, threads, who chose their number and how they wait. */
  cpu?: { capability: string; threads: number } & ThreadSettings;
  cuda?: { built: boolean; available: boolean; devices: number; reason?: string };
}

interface Loaded {
  settings: ThreadSettings;
  cpuCapability: string;
  numThreads: number;
  cudaIsBuilt: boolean;
  cudaDeviceCount: number;
}

const variables =
  /^(LIBTORCH|XDG_CACHE_HOME|PREBUILDS_ONLY|LD_LIBRARY_PATH|LD_PRELOAD|CUDA_VISIBLE_DEVICES|ATEN_CPU_CAPABILITY|NODE_OPTIONS|(OMP|KMP|GOMP|MKL|TORCH|PYTORCH)_\w+)$/;
const loadScript = join(__dirname, '..', '..', 'lib', 'native', 'load.js');

/** Finds out what is here and whether it works. What could crash is loaded in another process. */
export function diagnose(): Diagnosis {
  const limits = readCpuLimits();
  const diagnosis: Diagnosis = {
    ok: false,
    package: { version: packageVersion(), addons: listAddons() },
    node: process.version,
    system: {
      platform: process.platform,
      arch: process.arch,
      release: release(),
      libc: libc(),
      cpu: cpus()[0]?.model ?? 'unknown',
      availableCpus: Math.min(limits.affinity ?? Infinity, cpus().length),
      cpuQuota: limits.quota,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
    },
    environment: Object.fromEntries(
      Object.entries(process.env).filter((entry): entry is [string, string] => variables.test(entry[0])),
    ),
    cache: { folder: cacheRoot(), entries: existsSync(cacheRoot()) ? readdirSync(cacheRoot()).sort() : [] },
  };
  try {
    const { addon, libtorch } = findPair();
    Object.assign(diagnosis, { addon, libtorch });
    const start = performance.now();
    const loaded = loadInChild();
    diagnosis.loadSeconds = (performance.now() - start) / 1000;
    diagnosis.cpu = { capability: loaded.cpuCapability, threads: loaded.numThreads, ...loaded.settings };
    diagnosis.cuda = cudaState(libtorch, loaded);
    diagnosis.ok = true;
  } catch (error) {
    diagnosis.error = (error as Error).message;
  }
  return diagnosis;
}

/** Loads the add-on and libtorch in another process, so that a crash there is told rather than suffered. */
function loadInChild(): Loaded {
  const code = `
    try {
      const { loadAddon, threadSettings } = require(process.argv[1]);
      const addon = loadAddon();
      const names = ['cpuCapability', 'numThreads', 'cudaIsBuilt', 'cudaDeviceCount'];
      const answers = Object.fromEntries(names.map((name) => [name, addon[name]()]));
      console.log(JSON.stringify({ ...answers, settings: threadSettings() }));
    } catch (error) {
      console.log(JSON.stringify({ error: error.message }));
    }`;
  const { stdout, stderr, signal, status } = spawnSync(process.execPath, ['-e', code, loadScript], {
    encoding: 'utf8',
  });
  const answer = stdout.trim().split('\n').at(-1);
  if (status !== 0 || !answer) {
    const cause = signal === 'SIGILL' ? ': this CPU lacks instructions that libtorch uses' : '';
    throw new Error(`Loading libtorch ended the process (${signal ?? `status ${status}`})${cause}\n${stderr}`.trim());
  }
  const loaded = JSON.parse(answer);
  if (loaded.error) throw new Error(loaded.error);
  return loaded;
}

function cudaState(libtorch: Libtorch, { cudaIsBuilt: built, cudaDeviceCount: devices }: Loaded): Diagnosis['cuda'] {
  if (devices > 0) return { built, available: true, devices };
  return { built, available: false, devices, reason: whyNoCuda(libtorch) };
}

function whyNoCuda({ cuda }: Libtorch): string {
  if (process.platform === 'darwin') return 'macOS has no CUDA';
  if (!cuda) return 'this libtorch is the CPU build; for the other: npx libtorch-generative setup --cuda';
  if (!hasNvidiaDriver()) return "built in, but NVIDIA's driver is not on this machine";
  const { CUDA_VISIBLE_DEVICES: visible } = process.env;
  if (visible !== undefined) return `built in, but no GPU can be used with CUDA_VISIBLE_DEVICES="${visible}"`;
  return 'built in, but no GPU can be used: compare the driver that nvidia-smi shows with what this build needs';
}
