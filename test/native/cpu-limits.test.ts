import { rmSync } from 'node:fs';
import { mostThreads, readCpuLimits } from '../../src/native/cpu-limits';
import { temporaryFolder, writeFiles } from './fake-libtorch';

let root: string;
beforeEach(() => {
  root = temporaryFolder();
});
afterEach(() => rmSync(root, { recursive: true }));

/** A /proc of one thread and a /sys, made of the mounts, the thread's cgroups and the files of these. */
function limits(mounts: string[], cgroups: string[], files: Record<string, string> = {}, cpus = '0-7') {
  const mountinfo = mounts.map((mount, index) => `${30 + index} 22 0:${27 + index} ${mount}\n`).join('');
  writeFiles(root, {
    'proc/thread-self/status': `Name:\tnode\nCpus_allowed:\tff\nCpus_allowed_list:\t${cpus}\nMems_allowed:\t1\n`,
    'proc/thread-self/cgroup': cgroups.map((line) => `${line}\n`).join(''),
    'proc/thread-self/mountinfo': `21 1 8:1 / / rw - ext4 /dev/sda1 rw\n${mountinfo}`,
    ...Object.fromEntries(Object.entries(files).map(([name, content]) => [`sys/fs/cgroup/${name}`, content])),
  });
  return readCpuLimits(root);
}

const v2 = '/ /sys/fs/cgroup rw,nosuid,nodev - cgroup2 cgroup2 rw,nsdelegate';
const v1 = '/ /sys/fs/cgroup/cpu,cpuacct rw,nosuid shared:9 - cgroup cgroup rw,cpu,cpuacct';

describe('version 2', () => {
  test('the quota of the own cgroup', () => {
    expect(limits([v2], ['0::/a/b'], { 'a/b/cpu.max': '150000 100000\n' })).toEqual({ affinity: 8, quota: 1.5 });
  });

  test('the smallest on the path to the root, which siblings are not on', () => {
    const files = {
      'a/cpu.max': '300000 100000\n',
      'a/b/cpu.max': 'max 100000\n',
      'a/b/c/cpu.max': '400000 100000\n',
      'a/x/cpu.max': '10000 100000\n',
      'cpu.max': '800000 100000\n',
    };
    expect(limits([v2], ['0::/a/b/c'], files).quota).toBe(3);
  });

  test('in a container its cgroup is the root, with a period of its own', () => {
    expect(limits([v2], ['0::/'], { 'cpu.max': '25000 50000\n' }).quota).toBe(0.5);
  });

  test('"max" is no limit', () => {
    expect(limits([v2], ['0::/a'], { 'a/cpu.max': 'max 100000\n' }).quota).toBeUndefined();
  });

  test('a path outside of the namespace is not followed', () => {
    const files = { 'cpu.max': '200000 100000\n', '../cpu.max': '100000 100000\n' };
    expect(limits([v2], ['0::/../..'], files).quota).toBe(2);
  });
});

describe('version 1', () => {
  const quota = (us: number, folder = '', periodUs = 100_000) => ({
    [`cpu,cpuacct/${folder}cpu.cfs_quota_us`]: `${us}\n`,
    [`cpu,cpuacct/${folder}cpu.cfs_period_us`]: `${periodUs}\n`,
  });
  const cgroups = (path: string) => ['11:memory:/other', `4:cpu,cpuacct:${path}`, '1:name=systemd:/init.scope'];

  test('the smallest quota on the path to the root', () => {
    const files = { ...quota(-1), ...quota(250_000, 'a/'), ...quota(300_000, 'a/b/'), ...quota(1000, 'other/') };
    expect(limits([v1], cgroups('/a/b'), files)).toEqual({ affinity: 8, quota: 2.5 });
  });

  test('-1 is no limit', () => {
    expect(limits([v1], cgroups('/'), quota(-1)).quota).toBeUndefined();
  });

  test("in a container the path is the host's, of which only the container's part is mounted", () => {
    const mount = v1.replace('/ ', '/docker/0123 ');
    expect(limits([mount], cgroups('/docker/0123'), quota(40_000, '', 20_000)).quota).toBe(2);
    expect(limits([mount], cgroups('/docker/0123/job'), { ...quota(50_000, 'job/') }).quota).toBe(0.5);
  });

  test("a container that does not know the path it has on the host gets its own cgroup's", () => {
    expect(limits([v1], cgroups('/kubepods/pod1/c1'), quota(120_000)).quota).toBe(1.2);
  });

  test('beside version 2, which has no cpu controller then', () => {
    const mounts = [v1, '/ /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw'];
    const files = { ...quota(100_000, 'a/'), 'unified/a/cpu.stat': 'usage_usec 0\n' };
    expect(limits(mounts, ['4:cpu,cpuacct:/a', '0::/a'], files).quota).toBe(1);
  });
});

test('a mount point with a space', () => {
  const mount = v2.replace('/sys/fs/cgroup', '/sys/fs/cgroup/with\\040space');
  expect(limits([mount], ['0::/'], { 'with space/cpu.max': '100000 100000' }).quota).toBe(1);
});

test('CPUs in ranges and alone', () => {
  expect(limits([], [], {}, '0').affinity).toBe(1);
  expect(limits([], [], {}, '0-2,5,8-9')).toEqual({ affinity: 6, quota: undefined });
});

test('files that are missing or damaged are no limit', () => {
  expect(readCpuLimits(root)).toEqual({ affinity: undefined, quota: undefined });
  expect(limits([v2, v1], ['0::/a', '4:cpu:/'], { 'a/cpu.max': 'what?' }).quota).toBeUndefined();
});

test.each([
  [{}, Infinity],
  [{ affinity: 4 }, 4],
  [{ affinity: 4, quota: 1.5 }, 2],
  [{ affinity: 1, quota: 1.5 }, 1],
  [{ quota: 2 }, 2],
  [{ affinity: 8, quota: 0.05 }, 1],
])('%j leave work for %d threads', (given, most) => {
  expect(mostThreads(given)).toBe(most);
});
