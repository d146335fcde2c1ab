import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** How much of the machine's CPUs this thread may use; what could not be found out, or is unlimited, is left out. */
export interface CpuLimits {
  /** CPUs that the system may run it on, as `taskset` and cpusets say. */
  affinity?: number | undefined;
  /** CPU time for each second, of all the processes in its cgroup, as `docker run --cpus 1.5` says. */
  quota?: number | undefined;
}

/**
 * Reads the limits from Linux's files; elsewhere there are none.
 *
 * @param root of the file system, for tests
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

/** The most threads that these limits leave something to do; a part of a CPU counts as one. */
export function mostThreads({ affinity = Infinity, quota = Infinity }: CpuLimits): number {
  return Math.max(1, Math.ceil(Math.min(affinity, quota)));
}

/** Of "0-2,5": 4. */
function countCpus(list: string): number {
  const sizes = list.split(',').map((part) => {
    const [first, last = first] = part.split('-').map(Number);
    return last! - first! + 1;
  });
  return sizes.reduce((sum, size) => sum + size);
}

/**
 * The folders of the cgroups, of version 1 and 2, whose quota counts here: the process's own and all above it. In a
 * container the hierarchy may be mounted from the container's cgroup on, while the process's path is the host's.
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

/** `point`, `point/a` and `point/a/b` for "a/b"; `point` alone for what is outside of it. */
function foldersDownTo(path: string, point: string): string[] {
  const names = path === '' || path.startsWith('..') ? [] : path.split('/');
  return [point, ...names.map((_, index) => join(point, ...names.slice(0, index + 1)))];
}

/** A space in a path is written in octal, "\040". */
function decodeSpaces(text: string): string {
  return text.replace(/\\(\d{3})/g, (_, digits) => String.fromCharCode(Number.parseInt(digits, 8)));
}

/** CPUs; undefined if there is no quota ("max", or -1 in version 1). */
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
