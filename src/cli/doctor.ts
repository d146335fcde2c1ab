import type { Command } from 'commander';
import { type Diagnosis, diagnose } from '../native/diagnosis';
import type { ThreadSettings } from '../native/load';
import { SPIN_COUNT } from '../native/openmp';

/** `doctor`: tells what was found here; its exit status is 1 if that can't train. */
export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('tell what was found: Node, the add-on, libtorch, the CPU, CUDA; exit 1 if it cannot train')
    .option('--json', 'print one JSON object, for a bug report')
    .action(({ json }: { json?: boolean }) => {
      const diagnosis = diagnose();
      console.log(json ? JSON.stringify(diagnosis) : table(diagnosis));
      if (!diagnosis.ok) process.exitCode = 1;
    });
}

const THREADS: Record<ThreadSettings['threadsReason'], string> = {
  OMP_NUM_THREADS: 'set by OMP_NUM_THREADS',
  MKL_NUM_THREADS: 'set by MKL_NUM_THREADS',
  quota: 'no more than the CPU quota leaves work for',
  affinity: 'one for each CPU that the process may run on',
  cores: 'one for each core',
};

const WAITING: Record<ThreadSettings['waitPolicy'], string> = {
  package: `sleep soon, which keeps them fast beside other programs (set by this package: GOMP_SPINCOUNT=${SPIN_COUNT})`,
  OMP_WAIT_POLICY: 'as OMP_WAIT_POLICY says',
  GOMP_SPINCOUNT: 'as GOMP_SPINCOUNT says',
  host: 'as set by the program that loaded libgomp before libtorch; OMP_WAIT_POLICY=passive sets it from outside',
  libtorch: 'as libtorch does by default',
};

function table(diagnosis: Diagnosis): string {
  const { node, system, addon, libtorch, loadSeconds, cpu, cuda, environment } = diagnosis;
  const origins = { LIBTORCH: 'named by LIBTORCH', cache: 'in the cache', python: "of Python's torch" };
  const versions = diagnosis.package.addons.map(({ version }) => version).join(' and ');
  const rows: [string, string | undefined][] = [
    ['package', `libtorch-generative ${diagnosis.package.version}`],
    ['node', node],
    ['system', `${system.platform} ${system.arch}, ${system.libc}, ${system.memoryGiB} GiB`],
    ...Object.entries(environment).map(([name, value]): [string, string] => ['', `${name}=${value}`]),
    ['add-on', versions && `for libtorch ${versions}`],
    ['', addon?.library],
    [
      'libtorch',
      libtorch && `${libtorch.version}, ${libtorch.cuda ? 'CUDA' : 'CPU'} build, ${origins[libtorch.source]}`,
    ],
    ['', libtorch?.root],
    ['loads', loadSeconds === undefined ? undefined : `yes, in ${loadSeconds.toFixed(1)} s`],
    ['CPU', `${system.cpu}, ${system.availableCpus} available${cpu ? `; ${cpu.capability}` : ''}`],
    ['', `quota: ${system.cpuQuota === undefined ? 'none' : `${system.cpuQuota} CPUs, by the cgroup`}`],
    ['threads', cpu && `${cpu.threads} by default: ${THREADS[cpu.threadsReason]}`],
    ['', cpu && `when they wait for each other: ${WAITING[cpu.waitPolicy]}`],
    ['CUDA', cuda && (cuda.available ? `yes, devices: ${cuda.devices}` : `no: ${cuda.reason}`)],
  ];
  const lines = rows.filter(([, value]) => value).map(([name, value]) => `${name.padEnd(10)}${value}`);
  return [...lines, '', diagnosis.error ? `Can't train here: ${diagnosis.error}` : 'Ready to train'].join('\n');
}
