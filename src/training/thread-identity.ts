import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Enough to tell later whether a thread of JavaScript is still running, where it can be told. */
export interface ThreadIdentity {
  pid: number;
  host: string;
  /** Of the machine, since it was started: processes can be looked up where it is the same. */
  boot?: string | undefined;
  /** A container's own numbers of processes, on Linux. */
  pidNamespace?: string | undefined;
  /** In /proc, on Linux. */
  thread?: string | undefined;
  /** When the thread was started, as /proc tells it: a number of a process may be used again. */
  startTime?: string | undefined;
}

/** The calling thread, the main one or a worker. */
export function thisThread(): ThreadIdentity {
  const thread = attempt(() => readlinkSync('/proc/thread-self'));
  return {
    pid: process.pid,
    host: hostname(),
    boot: bootId(),
    pidNamespace: attempt(() => readlinkSync('/proc/self/ns/pid')),
    thread,
    startTime: thread && startTimeOf(thread),
  };
}

/** Whether a thread is running; undefined where that can't be told from here. */
export function isRunning({ pid, boot, pidNamespace, thread, startTime }: ThreadIdentity): boolean | undefined {
  if (boot === undefined || boot !== bootId()) return undefined;
  if (pidNamespace !== attempt(() => readlinkSync('/proc/self/ns/pid'))) return undefined;
  if (!isProcess(pid)) return false;
  if (thread === undefined || startTime === undefined || !existsSync(`/proc/${pid}`)) return undefined;
  return startTimeOf(thread) === startTime;
}

/** Undefined too for a thread that has ended but was not waited for. */
function startTimeOf(thread: string): string | undefined {
  return attempt(() => {
    const stat = readFileSync(`/proc/${thread}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // from the third on; the name may have spaces
    return ['Z', 'X'].includes(fields[0]!) ? undefined : fields[19];
  });
}

function isProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // another user's
  }
}

function bootId(): string | undefined {
  if (process.platform === 'darwin') {
    return attempt(() => String(execFileSync('/usr/sbin/sysctl', ['-n', 'kern.bootsessionuuid'], { stdio: 'pipe' })));
  }
  return attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
}

function attempt<T>(body: () => T): T | undefined {
  try {
    return body();
  } catch {
    return undefined;
  }
}
