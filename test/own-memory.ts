import { type Memory, memory } from '../src/tensor/scope';

/** What belongs to this thread: not what the process keeps of freed tensors. */
export function ownMemory(): Omit<Memory, 'cachedBytes'> {
  const { cachedBytes: _, ...own } = memory();
  return own;
}
