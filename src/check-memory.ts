import { totalmem } from 'node:os';
import { worded } from './errors';

/** Throws if what an option asks for takes more memory than there is. @throws ERR_INVALID_ARGUMENT */
export function checkMemory(name: string, value: number, bytes: number): void {
  const limit = memoryLimit();
  if (bytes <= limit) return;
  throw worded(
    'ERR_INVALID_ARGUMENT',
    ({ setting }) => `${setting(name, value)} takes at least ${gib(bytes)} of memory, but there are ${gib(limit)}.`,
  );
}

/** The memory of the machine, or what a container is allowed of it. */
function memoryLimit(): number {
  const allowed = process.constrainedMemory();
  return allowed > 0 ? Math.min(allowed, totalmem()) : totalmem();
}

function gib(bytes: number): string {
  return `${Number((bytes / 2 ** 30).toPrecision(3))} GiB`;
}
