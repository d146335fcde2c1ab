import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Processors by ELF's numbers, in Node's names. */
const MACHINES: Record<number, string> = { 3: 'ia32', 40: 'arm', 62: 'x64', 183: 'arm64', 243: 'riscv64' };

/**
 * What keeps a Linux library from being loaded here: "is cut off (1000 of 5000 bytes)" or "is for arm64", or undefined if
 * it is neither, or no 64-bit ELF file. The system says nothing useful: it maps what is missing too, and the process dies
 * of SIGBUS when that is touched; a library for another processor it calls missing.
 */
export function elfProblem(file: string): string | undefined {
  const descriptor = openSync(file, 'r');
  try {
    const header = Buffer.alloc(64);
    readSync(descriptor, header, 0, header.length, 0);
    if (header.readUInt32BE(0) !== 0x7f454c46 || header[4] !== 2) return undefined;
    const machine = MACHINES[header.readUInt16LE(18)];
    if (machine !== process.arch) return `is for ${machine ?? 'another processor'}`;
    const length = fstatSync(descriptor).size;
    const needed = segmentsEnd(descriptor, header);
    return length < needed ? `is cut off (${length} of ${needed} bytes)` : undefined;
  } finally {
    closeSync(descriptor);
  }
}

/** Where the last segment to be loaded ends in the file (ELF-64, little endian). */
function segmentsEnd(descriptor: number, header: Buffer): number {
  const offset = Number(header.readBigUInt64LE(32));
  const entrySize = header.readUInt16LE(54);
  const count = header.readUInt16LE(56);
  const table = Buffer.alloc(entrySize * count);
  readSync(descriptor, table, 0, table.length, offset);
  const ends = Array.from({ length: count }, (_, index) => {
    const entry = table.subarray(index * entrySize);
    const isLoaded = entry.readUInt32LE(0) === 1;
    return isLoaded ? Number(entry.readBigUInt64LE(8) + entry.readBigUInt64LE(32)) : 0;
  });
  return Math.max(...ends, offset + table.length);
}
