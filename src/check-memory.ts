import { totalmem } from 'node:os';
import { worded } from './errors';

/** The package itself takes more. */
const SURELY_THERE = 2 ** 26;

/** Throws if an option's value needs more memory than is available. @throws ERR_INVALID_ARGUMENT */
export function checkMemory(name: string, value: number, bytes: number): void {
  const shortage = memoryShortage(bytes);
  if (shortage) throw worded('ERR_INVALID_ARGUMENT', ({ setting }) => `${setting(name, value)} ${shortage}.`);
}

/** Returns "needs at least X of memory, but the limit is Y"; undefined if there is enough. */
export function memoryShortage(bytes: number): string | undefined {
  if (bytes <= SURELY_THERE) return undefined; // asking the system takes longer than a small operator
  const limit = memoryLimit();
  return bytes > limit ? `needs at least ${gib(bytes)} of memory, but the limit is ${gib(limit)}` : undefined;
}

/** Returns the machine's memory, or the container's limit if it is lower. */
function memoryLimit(): number {
  const allowed = process.constrainedMemory();
  return allowed > 0 ? Math.min(allowed, totalmem()) : totalmem();
}

/** Formats bytes: "1.5 GiB". */
export function gib(bytes: number): string {
  return `${Number((bytes / 2 ** 30).toPrecision(3))} GiB`;
}
