import { constants, getPriority, setPriority } from 'node:os';

/**
 * Lowers the priority of the calling thread, so that the event loop goes first where there are more threads than cores.
 * Linux has a priority for each thread; elsewhere nothing is done, as it would be the whole process's.
 *
 * @see https://man7.org/linux/man-pages/man2/setpriority.2.html (under "C library/kernel differences")
 */
export function giveWay(niceness: number): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(Math.min(getPriority() + niceness, constants.priority.PRIORITY_LOW));
  } catch {
    // A sandbox may forbid it: then the threads have the same priority.
  }
}
