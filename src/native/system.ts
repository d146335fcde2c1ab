import { existsSync } from 'node:fs';

/** Environment variables, such as `process.env`. */
export type Environment = Record<string, string | undefined>;

/** Returns the C library that Node uses: "glibc 2.36", "musl", or "system" outside Linux. */
export function libc(): string {
  if (process.platform !== 'linux') return 'system';
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime ? `glibc ${header.glibcVersionRuntime}` : 'musl';
}

/** Describes the system: "linux x64, glibc 2.36". */
export function describeSystem(): string {
  return `${process.platform} ${process.arch}${process.platform === 'linux' ? `, ${libc()}` : ''}`;
}

/** Returns whether the NVIDIA driver is loaded, whether or not libtorch can use it. */
export function hasNvidiaDriver(): boolean {
  return existsSync('/proc/driver/nvidia/version');
}
