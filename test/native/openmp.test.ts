import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { findPair } from '../../src/native/load';
import { limitThreads, SPIN_COUNT } from '../../src/native/openmp';

const child = join(__dirname, 'children', 'thread-settings.js');

/** What a process and a worker of it tell, and what libgomp shows of its settings. */
function run(env: NodeJS.ProcessEnv = {}, { args = [] as string[], before = [] as string[] } = {}) {
  const [command, ...rest] = [...before, process.execPath, child, ...args];
  const { GOMP_SPINCOUNT, OMP_WAIT_POLICY, OMP_NUM_THREADS, MKL_NUM_THREADS, ...clean } = process.env;
  const { stdout, stderr } = spawnSync(command!, rest, {
    env: { ...clean, OMP_DISPLAY_ENV: 'verbose', ...env },
    encoding: 'utf8',
  });
  if (!stdout) throw new Error(stderr);
  const [first, second] = JSON.parse(stdout);
  const displays = stderr.split('DISPLAY ENVIRONMENT BEGIN').length - 1;
  return { first, second, spinCount: stderr.match(/GOMP_SPINCOUNT = '(.*)'/)?.[1], displays };
}

test.each([[[]], [['worker-first']]])("libtorch's libgomp is told to spin little, and nobody else: %j", (args) => {
  const { first, second, spinCount, displays } = run({}, { args });
  expect(spinCount).toBe(String(SPIN_COUNT));
  expect(displays).toBe(1);
  const expected = { inherited: '', waitPolicy: 'package' };
  expect([first, second]).toEqual([expect.objectContaining(expected), expect.objectContaining(expected)]);
});

test.each([
  ['GOMP_SPINCOUNT', '7', '7'],
  ['OMP_WAIT_POLICY', 'active', '30000000000'],
])('%s=%s is kept', (name, value, spins) => {
  const { first, second, spinCount } = run({ [name]: value });
  expect(spinCount).toBe(spins);
  expect([first.waitPolicy, second.waitPolicy]).toEqual([name, name]);
});

test('a libgomp that was loaded before keeps what it was told', () => {
  const { lib } = findPair().libtorch;
  const libgomp = join(lib, readdirSync(lib).find((name) => name.startsWith('libgomp'))!);
  const { first, second, displays } = run({ LD_PRELOAD: libgomp });
  expect([first.waitPolicy, second.waitPolicy]).toEqual(['host', 'host']);
  expect(displays).toBeGreaterThan(0);
});

describe('the number of threads', () => {
  /** What a thread that libtorch gives `chosen` threads begins with. */
  function begin(chosen: number, limits: object, variables: Record<string, string> = {}) {
    let threads = chosen;
    const addon = {
      numThreads: () => threads,
      setNumThreads: (wanted: number) => {
        threads = wanted;
      },
    };
    const loader = { variable: (name: string) => variables[name] } as Parameters<typeof limitThreads>[0];
    return [limitThreads(loader, addon, limits), threads];
  }
  const all = cpus().length;

  test.each([
    ['all cores', {}, all, ['cores', all]],
    ['a quota above them', { affinity: all, quota: all + 1.5 }, all, ['cores', all]],
    ['a quota below one CPU', { affinity: all, quota: 0.3 }, all, ['quota', 1]],
    ['a quota that is no whole number', { affinity: 64, quota: 2.5 }, 64, ['quota', 3]],
    ['fewer threads than the quota allows', { affinity: 64, quota: 32 }, 4, [expect.anything(), 4]],
  ])('with %s', (_, limits, chosen, expected) => {
    expect(begin(chosen, limits)).toEqual(expected);
  });

  test.each(['OMP_NUM_THREADS', 'MKL_NUM_THREADS'])("%s is the user's, whatever the quota", (name) => {
    expect(begin(5, { quota: 1 }, { [name]: '5,2' })).toEqual([name, 5]);
    expect(begin(5, { quota: 1 }, { [name]: '' })).toEqual(['quota', 1]); // libgomp ignores it
  });

  test('each thread begins with it, whatever another has set', () => {
    const { first, second } = run({ OMP_NUM_THREADS: '1' });
    expect(first).toMatchObject({ threads: 1, threadsReason: 'OMP_NUM_THREADS' });
    expect(second).toEqual(first);
  });

  const hasTaskset = process.platform === 'linux' && spawnSync('taskset', ['--version']).status === 0;
  (hasTaskset ? test : test.skip)('on one of the CPUs, by taskset', () => {
    const cpu = execFileSync('taskset', ['--cpu-list', '--pid', `${process.pid}`], { encoding: 'utf8' })
      .match(/(\d+)/g)!
      .at(-1)!;
    const { first, second } = run({}, { before: ['taskset', '--cpu-list', cpu] });
    expect([first.threads, second.threads]).toEqual([1, 1]);
    expect(first.threadsReason).toBe(all > 1 ? 'affinity' : 'cores');
  });

  /** A new cgroup with a quota and one within it; undefined where this process may make none. */
  function cgroupWithQuota(cpu: number): string | undefined {
    for (const [root, file, value] of [
      ['/sys/fs/cgroup', 'cpu.max', `${cpu * 100_000} 100000`],
      ['/sys/fs/cgroup/cpu', 'cpu.cfs_quota_us', `${cpu * 100_000}`],
    ] as const) {
      const folder = join(root, `libtorch-generative-test-${process.pid}`);
      try {
        mkdirSync(join(folder, 'inner'), { recursive: true });
        writeFileSync(join(folder, file), value, { flag: 'r+' });
        return folder;
      } catch {
        remove(folder);
      }
    }
    return undefined;
  }

  function remove(folder: string): void {
    for (const each of [join(folder, 'inner'), folder]) {
      try {
        rmdirSync(each);
      } catch {} // it is not there
    }
  }

  const cgroup = cgroupWithQuota(0.5);
  afterAll(() => cgroup && remove(cgroup));
  (cgroup ? test : test.skip)('in a cgroup within one that has a quota of half a CPU', () => {
    const procs = join(cgroup!, 'inner', 'cgroup.procs');
    const before = ['sh', '-c', `echo $$ > ${procs}; exec "$@"`, 'sh'];
    const { first, second } = run({}, { before });
    expect(first).toMatchObject({ threads: 1, threadsReason: all > 1 ? 'quota' : expect.anything() });
    expect(second).toEqual(first);
    expect(run({ OMP_NUM_THREADS: '2' }, { before }).second.threads).toBe(Math.min(2, all));
  });
});
