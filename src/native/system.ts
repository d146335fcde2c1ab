import { existsSync } from 'node:fs';

/** Variables of a process; `process.env` is one. */
export type Environment = Record<string, string | undefined>;

/** The C library that Node runs on: "glibc 2.36", "musl", or "system" where there is no choice. */
export function libc(): string {
  if (process.platform !== 'linux') return 'system';
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime ? `glibc ${header.glibcVersionRuntime}` : 'musl';
}

/** "linux x64, glibc 2.36" */
export function describeSystem(): string {
  return `${process.platform} ${process.arch}${process.platform === 'linux' ? `, ${libc()}` : ''}`;
}

/** Whether NVIDIA's driver is loaded, whatever libtorch can do with it. */
export function hasNvidiaDriver(): boolean {
  return existsSync('/proc/driver/nvidia/version');
}
