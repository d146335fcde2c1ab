import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Node's processor names by ELF machine number. */
const MACHINES: Record<number, string> = { 3: 'ia32', 40: 'arm', 62: 'x64', 183: 'arm64', 243: 'riscv64' };

/**
 * Returns why a Linux library cannot be loaded here: "is truncated (1000 of 5000 bytes)", "is built for arm64", or
 * undefined if neither applies or the file is not a 64-bit ELF file. The system's own errors do not help: it maps a
 * truncated file, so that the process later dies of SIGBUS, and reports a library for another processor as missing.
 */
export function elfProblem(file: string): string | undefined {
  const descriptor = openSync(file, 'r');
  try {
    const header = Buffer.alloc(64);
    readSync(descriptor, header, 0, header.length, 0);
    if (header.readUInt32BE(0) !== 0x7f454c46 || header[4] !== 2) return undefined;
    const machine = MACHINES[header.readUInt16LE(18)];
    if (machine !== process.arch) return `is built for ${machine ?? 'another processor'}`;
    const length = fstatSync(descriptor).size;
    const needed = segmentsEnd(descriptor, header);
    return length < needed ? `is truncated (${length} of ${needed} bytes)` : undefined;
  } finally {
    closeSync(descriptor);
  }
}

/** Returns the end of the last loadable segment in the file (ELF-64, little endian). */
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
