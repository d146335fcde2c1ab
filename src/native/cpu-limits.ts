import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** The share of the machine's CPUs that this thread may use; unknown and unlimited values are omitted. */
export interface CpuLimits {
  /** CPUs that the thread may run on, as set by `taskset` and cpusets. */
  affinity?: number | undefined;
  /** CPU time per second for all processes of its cgroup, as set by `docker run --cpus 1.5`. */
  quota?: number | undefined;
}

/**
 * Reads the limits from Linux's files; other systems have none.
 *
 * @param root the root of the file system, for tests
 */
export function readCpuLimits(root = '/'): CpuLimits {
  const proc = join(root, 'proc', 'thread-self');
  const list = readText(join(proc, 'status'))?.match(/^Cpus_allowed_list:\s*(\S+)$/m)?.[1];
  const quotas = cgroupFolders(proc).flatMap((folder) => quotaOf(join(root, folder)) ?? []);
  return {
    affinity: list === undefined ? undefined : countCpus(list),
    quota: quotas.length > 0 ? Math.min(...quotas) : undefined,
  };
}

/** Returns the largest useful number of threads within these limits; a fraction of a CPU counts as one. */
export function mostThreads({ affinity = Infinity, quota = Infinity }: CpuLimits): number {
  return Math.max(1, Math.ceil(Math.min(affinity, quota)));
}

/** Counts the CPUs in a list: 4 for "0-2,5". */
function countCpus(list: string): number {
  const sizes = list.split(',').map((part) => {
    const [first, last = first] = part.split('-').map(Number);
    return last! - first! + 1;
  });
  return sizes.reduce((sum, size) => sum + size);
}

/**
 * Returns the folders of the cgroups (v1 and v2) whose quota applies: the process's own and all its ancestors. In a
 * container, the hierarchy may be mounted starting at the container's cgroup while the process's path is the host's.
 */
function cgroupFolders(proc: string): string[] {
  const paths = lines(join(proc, 'cgroup')).map((line) => /^\d+:([^:]*):(.*)$/.exec(line) ?? []);
  const pathFor = (controller: string) => paths.find(([, names]) => names?.split(',').includes(controller))?.[2];
  return lines(join(proc, 'mountinfo')).flatMap((line) => {
    const [mount = '', superblock = ''] = line.split(' - ');
    const [type, , options = ''] = superblock.split(' ');
    const [, , , top = '', point = ''] = mount.split(' ').map(decodeSpaces);
    const isFirst = type === 'cgroup' && options.split(',').includes('cpu');
    const path = isFirst ? pathFor('cpu') : type === 'cgroup2' ? pathFor('') : undefined;
    return path === undefined ? [] : foldersDownTo(relative(top, path), point);
  });
}

/** Returns `point`, `point/a` and `point/a/b` for "a/b"; only `point` for a path outside it. */
function foldersDownTo(path: string, point: string): string[] {
  const names = path === '' || path.startsWith('..') ? [] : path.split('/');
  return [point, ...names.map((_, index) => join(point, ...names.slice(0, index + 1)))];
}

/** Decodes spaces in a path, which are written in octal as "\040". */
function decodeSpaces(text: string): string {
  return text.replace(/\\(\d{3})/g, (_, digits) => String.fromCharCode(Number.parseInt(digits, 8)));
}

/** Returns a cgroup's quota in CPUs; undefined if there is none ("max", or -1 in v1). */
function quotaOf(folder: string): number | undefined {
  const text =
    readText(join(folder, 'cpu.max')) ??
    `${readText(join(folder, 'cpu.cfs_quota_us'))} ${readText(join(folder, 'cpu.cfs_period_us'))}`;
  const [quota, period] = text.split(/\s+/).map(Number);
  return quota! > 0 && period! > 0 ? quota! / period! : undefined;
}

function lines(file: string): string[] {
  return readText(file)?.trim().split('\n') ?? [];
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
