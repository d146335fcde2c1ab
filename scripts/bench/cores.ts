import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * One core may well be slower than another, for a neighbour on a shared machine uses half of it. So at one thread all
 * columns of a round take turns on the same core, and the next round is on the next.
 *
 * @param core counts on and on; undefined for all cores
 */
export function moveToCore(pid: number, core: number | undefined): void {
  const list = core === undefined ? cores.join(',') : String(cores[core % cores.length]);
  // OpenMP's threads may have been made, and so bound, while the main thread was on one core.
  const threads = core === undefined ? ['--all-tasks'] : [];
  // Where there is no taskset, processes stay where the system puts them.
  if (cores.length > 1)
    spawnSync('taskset', [...threads, '--pid', '--cpu-list', list, String(pid)], { stdio: 'ignore' });
}

/** A command with its arguments that runs on such a core from its start. */
export function onCore(core: number | undefined, command: string, args: string[]): [string, string[]] {
  if (core === undefined || cores.length < 2) return [command, args];
  return ['taskset', ['--cpu-list', String(cores[core % cores.length]), command, ...args]];
}

/** The numbers of the cores that this process may use; none but on Linux. */
const cores = ((): number[] => {
  try {
    return parseList(/^Cpus_allowed_list:\s*(.*)$/m.exec(readFileSync('/proc/self/status', 'utf8'))![1]!);
  } catch {
    return [];
  }
})();

/** Of "0-2,5": 0, 1, 2 and 5. */
export function parseList(list: string): number[] {
  return list.split(',').flatMap((part) => {
    const [first, last = first] = part.split('-').map(Number);
    return Array.from({ length: last! - first! + 1 }, (_, index) => first! + index);
  });
}
