import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/**
 * How a Linux library is cut off, as "1000 of 5000 bytes", or undefined if it is whole or no 64-bit ELF file. The system
 * does not look: it maps what is missing too, and the process dies of SIGBUS when that is touched.
 */
export function cutOff(file: string): string | undefined {
  const descriptor = openSync(file, 'r');
  try {
    const length = fstatSync(descriptor).size;
    const needed = segmentsEnd(descriptor);
    return length < needed ? `${length} of ${needed} bytes` : undefined;
  } finally {
    closeSync(descriptor);
  }
}

/** Where the last segment to be loaded ends in the file (ELF-64, little endian). */
function segmentsEnd(descriptor: number): number {
  const elfHeader = Buffer.alloc(64);
  readSync(descriptor, elfHeader, 0, elfHeader.length, 0);
  if (elfHeader.readUInt32BE(0) !== 0x7f454c46 || elfHeader[4] !== 2) return 0;
  const offset = Number(elfHeader.readBigUInt64LE(32));
  const entrySize = elfHeader.readUInt16LE(54);
  const count = elfHeader.readUInt16LE(56);
  const table = Buffer.alloc(entrySize * count);
  readSync(descriptor, table, 0, table.length, offset);
  const ends = Array.from({ length: count }, (_, index) => {
    const entry = table.subarray(index * entrySize);
    const isLoaded = entry.readUInt32LE(0) === 1;
    return isLoaded ? Number(entry.readBigUInt64LE(8) + entry.readBigUInt64LE(32)) : 0;
  });
  return Math.max(...ends, offset + table.length);
}
