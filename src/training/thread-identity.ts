import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Identifies a JavaScript thread, to check later whether it is still running. */
export interface ThreadIdentity {
  pid: number;
  host: string;
  /** Boot ID of the machine: processes can only be looked up during the same boot. */
  boot?: string | undefined;
  /** PID namespace, such as of a container, on Linux. */
  pidNamespace?: string | undefined;
  /** Path of the thread in /proc, on Linux. */
  thread?: string | undefined;
  /** Start time of the thread according to /proc, as process IDs are reused. */
  startTime?: string | undefined;
}

/** Identifies the calling thread, main or worker. */
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

/** Returns whether a thread is running; undefined if that is unknown here. */
export function isRunning({ pid, boot, pidNamespace, thread, startTime }: ThreadIdentity): boolean | undefined {
  if (boot === undefined || boot !== bootId()) return undefined;
  if (pidNamespace !== attempt(() => readlinkSync('/proc/self/ns/pid'))) return undefined;
  if (!isProcess(pid)) return false;
  if (thread === undefined || startTime === undefined || !existsSync(`/proc/${pid}`)) return undefined;
  return startTimeOf(thread) === startTime;
}

/** Also undefined for a thread that has ended but was not waited for. */
function startTimeOf(thread: string): string | undefined {
  return attempt(() => {
    const stat = readFileSync(`/proc/${thread}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // from the third on; names may have spaces
    return ['Z', 'X'].includes(fields[0]!) ? undefined : fields[19];
  });
}

function isProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // another user's process
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
