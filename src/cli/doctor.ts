import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { findLibtorch, type Libtorch } from '../native/libtorch';
import { addonFolder, loadLoader } from '../native/load';

interface Loaded {
  cpuCapability: string;
  numThreads: number;
  cudaDeviceCount: number;
}

/** What `doctor --json` prints. Parts that could not be found out are left out. */
interface Diagnosis {
  ok: boolean;
  /** Why training is not possible here. */
  error?: string;
  node: string;
  platform: string;
  arch: string;
  libc: string;
  addon?: string;
  compiledFor?: string;
  libtorch?: Libtorch;
  loadSeconds?: number;
  cpu?: { capability: string; threads: number };
  cuda?: { available: boolean; devices: number; reason?: string };
}

const loadScript = join(__dirname, '..', '..', 'lib', 'native', 'load.js');

/** `doctor`: tells what was found here; its exit status is 1 if that can't train. */
export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('tell what was found: Node, the add-on, libtorch, the CPU, CUDA; exit 1 if it cannot train')
    .option('--json', 'print one JSON object')
    .action(({ json }: { json?: boolean }) => {
      const diagnosis = diagnose();
      console.log(json ? JSON.stringify(diagnosis) : table(diagnosis));
      if (!diagnosis.ok) process.exitCode = 1;
    });
}

function diagnose(): Diagnosis {
  const { version: node, platform, arch } = process;
  const diagnosis: Diagnosis = { ok: false, node, platform, arch, libc: libc() };
  try {
    diagnosis.addon = addonFolder();
    diagnosis.compiledFor = loadLoader(diagnosis.addon).compiledFor;
    diagnosis.libtorch = findLibtorch(process.env, diagnosis.compiledFor);
    const start = performance.now();
    const loaded = loadInChild();
    diagnosis.loadSeconds = (performance.now() - start) / 1000;
    diagnosis.cpu = { capability: loaded.cpuCapability, threads: loaded.numThreads };
    diagnosis.cuda = cudaState(diagnosis.libtorch, loaded.cudaDeviceCount);
    diagnosis.ok = true;
  } catch (error) {
    diagnosis.error = (error as Error).message;
  }
  return diagnosis;
}

/** Loads libtorch in another process, so that a crash there is told rather than suffered. */
function loadInChild(): Loaded {
  const code = `
    try {
      const addon = require(process.argv[1]).loadAddon();
      const names = ['cpuCapability', 'numThreads', 'cudaDeviceCount'];
      console.log(JSON.stringify(Object.fromEntries(names.map((name) => [name, addon[name]()]))));
    } catch (error) {
      console.log(JSON.stringify({ error: error.message }));
    }`;
  const { stdout, stderr, signal, status } = spawnSync(process.execPath, ['-e', code, loadScript], {
    encoding: 'utf8',
  });
  const answer = stdout.trim().split('\n').at(-1);
  if (status !== 0 || !answer) {
    const cause = signal === 'SIGILL' ? ': this CPU lacks instructions that libtorch uses (AVX, for example)' : '';
    throw new Error(`Loading libtorch ended the process (${signal ?? `status ${status}`})${cause}\n${stderr}`.trim());
  }
  const loaded = JSON.parse(answer);
  if (loaded.error) throw new Error(loaded.error);
  return loaded;
}

function cudaState(libtorch: Libtorch, devices: number): Diagnosis['cuda'] {
  if (devices > 0) return { available: true, devices };
  return { available: false, devices, reason: whyNoCuda(libtorch) };
}

function whyNoCuda({ cuda }: Libtorch): string {
  if (process.platform === 'darwin') return 'macOS has no CUDA';
  if (!cuda) return 'this libtorch is the CPU build; for the other: npx libtorch-generative setup --cuda';
  if (!existsSync('/proc/driver/nvidia/version')) return "built in, but NVIDIA's driver is not on this machine";
  const { CUDA_VISIBLE_DEVICES: visible } = process.env;
  if (visible !== undefined) return `built in, but no GPU can be used with CUDA_VISIBLE_DEVICES="${visible}"`;
  return 'built in, but no GPU can be used: compare the driver that nvidia-smi shows with what this build needs';
}

function libc(): string {
  if (process.platform !== 'linux') return 'system';
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime ? `glibc ${header.glibcVersionRuntime}` : 'musl';
}

function table(diagnosis: Diagnosis): string {
  const { node, platform, arch, addon, compiledFor, libtorch, loadSeconds, cpu, cuda } = diagnosis;
  const origins = { LIBTORCH: 'named by LIBTORCH', cache: 'in the cache', python: "of Python's torch" };
  const rows: [string, string | undefined][] = [
    ['node', node],
    ['platform', `${platform} ${arch}, ${diagnosis.libc}`],
    ['add-on', addon && `${addon}${compiledFor ? `, compiled for libtorch ${compiledFor}` : ''}`],
    [
      'libtorch',
      libtorch && `${libtorch.version}, ${libtorch.cuda ? 'CUDA' : 'CPU'} build, ${origins[libtorch.source]}`,
    ],
    ['', libtorch?.root],
    ['loads', loadSeconds === undefined ? undefined : `yes, in ${loadSeconds.toFixed(1)} s`],
    ['CPU', cpu && `${cpu.capability}, ${cpu.threads} thread${cpu.threads === 1 ? '' : 's'}`],
    [
      'CUDA',
      cuda && (cuda.available ? `yes, ${cuda.devices} device${cuda.devices === 1 ? '' : 's'}` : `no: ${cuda.reason}`),
    ],
  ];
  const lines = rows.filter(([, value]) => value).map(([name, value]) => `${name.padEnd(10)}${value}`);
  return [...lines, '', diagnosis.error ? `Can't train here: ${diagnosis.error}` : 'Ready to train'].join('\n');
}
