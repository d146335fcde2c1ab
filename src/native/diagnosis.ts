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

/** The information for a bug report. Unknown parts are omitted. */
export interface Diagnosis {
  /** Whether models can be trained on this machine. */
  ok: boolean;
  /** The reason if they cannot. */
  error?: string;
  package: { version: string; addons: Addon[] };
  node: string;
  system: {
    platform: string;
    arch: string;
    /** The kernel version. */
    release: string;
    libc: string;
    cpu: string;
    /** CPUs that this process may run on. */
    availableCpus: number;
    /** CPU time per second that its cgroup may use; undefined without a quota. */
    cpuQuota: number | undefined;
    memoryGiB: number;
  };
  /** The environment variables that are set and affect how libtorch is found or runs. */
  environment: Record<string, string>;
  cache: { folder: string; entries: string[] };
  /** The add-on that matches the libtorch. */
  addon?: Addon;
  libtorch?: Libtorch;
  loadSeconds?: number;
  /** libtorch's defaults: vector instructions, the number of threads, how they wait, and who set both. */
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

/** Diagnoses the installation. libtorch is loaded in a child process, as loading it may crash. */
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

/** Loads the add-on and libtorch in a child process, so that a crash can be reported. */
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
    throw new Error(
      `Loading libtorch terminated the process (${signal ?? `status ${status}`})${cause}\n${stderr}`.trim(),
    );
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
  if (!cuda) return 'this libtorch is the CPU build; to download the CUDA build: npx libtorch-generative setup --cuda';
  if (!hasNvidiaDriver()) return 'built in, but the NVIDIA driver is not installed';
  const { CUDA_VISIBLE_DEVICES: visible } = process.env;
  if (visible !== undefined) return `built in, but no GPU can be used with CUDA_VISIBLE_DEVICES="${visible}"`;
  return 'built in, but no GPU can be used: compare the driver that nvidia-smi shows with what this build needs';
}
