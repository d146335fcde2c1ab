import { totalmem } from 'node:os';
import { worded } from './errors';

/** Throws if an option's value needs more memory than is available. @throws ERR_INVALID_ARGUMENT */
export function checkMemory(name: string, value: number, bytes: number): void {
  const shortage = memoryShortage(bytes);
  if (shortage) throw worded('ERR_INVALID_ARGUMENT', ({ setting }) => `${setting(name, value)} ${shortage}.`);
}

/** Returns "needs at least X of memory, but the limit is Y"; undefined if there is enough. */
export function memoryShortage(bytes: number): string | undefined {
  const limit = memoryLimit();
  return bytes > limit ? `needs at least ${gib(bytes)} of memory, but the limit is ${gib(limit)}` : undefined;
}

/** Returns the machine's memory, or the container's limit if it is lower. */
function memoryLimit(): number {
  const allowed = process.constrainedMemory();
  return allowed > 0 ? Math.min(allowed, totalmem()) : totalmem();
}

function gib(bytes: number): string {
  return `${Number((bytes / 2 ** 30).toPrecision(3))} GiB`;
}
