import type { Command } from 'commander';
import { type Diagnosis, diagnose } from '../native/diagnosis';
import type { ThreadSettings } from '../native/load';
import { SPIN_COUNT } from '../native/openmp';

/** `doctor`: describes the installation; its exit status is 1 if it cannot train. */
export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('check the installation: Node, the add-on, libtorch, the CPU, CUDA; exit with 1 if it cannot train')
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
  quota: 'limited by the CPU quota',
  affinity: 'one per CPU that the process may run on',
  cores: 'one per core',
};

const WAITING: Record<ThreadSettings['waitPolicy'], string> = {
  package: `sleep soon, to stay fast alongside other programs (set by this package: GOMP_SPINCOUNT=${SPIN_COUNT})`,
  OMP_WAIT_POLICY: 'as set by OMP_WAIT_POLICY',
  GOMP_SPINCOUNT: 'as set by GOMP_SPINCOUNT',
  host: 'as set by the program that loaded libgomp before libtorch; to change it, set OMP_WAIT_POLICY=passive',
  libtorch: "libtorch's default",
};

function table(diagnosis: Diagnosis): string {
  const { node, system, addon, libtorch, loadSeconds, cpu, cuda, environment } = diagnosis;
  const origins = { LIBTORCH: 'named by LIBTORCH', cache: 'in the cache', python: "from Python's torch" };
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
    ['', `quota: ${system.cpuQuota === undefined ? 'none' : `${system.cpuQuota} CPUs, set by the cgroup`}`],
    ['threads', cpu && `${cpu.threads} by default: ${THREADS[cpu.threadsReason]}`],
    ['', cpu && `when they wait for each other: ${WAITING[cpu.waitPolicy]}`],
    ['CUDA', cuda && (cuda.available ? `yes, devices: ${cuda.devices}` : `no: ${cuda.reason}`)],
  ];
  const lines = rows.filter(([, value]) => value).map(([name, value]) => `${name.padEnd(10)}${value}`);
  return [...lines, '', diagnosis.error ? `Can't train here: ${diagnosis.error}` : 'Ready to train'].join('\n');
}
