import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testIf } from './test-if';

const { PATH } = process.env; // tests may change it

/** Mounts a disk of a size such as "256k" at a folder. @returns whether it could */
export function mountDisk(folder: string, size: string): boolean {
  const args = ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder];
  return spawnSync('mount', args, { env: { PATH } }).status === 0;
}

export function unmountDisk(folder: string): void {
  spawnSync('umount', [folder], { env: { PATH } });
}

/** Whether a small disk can be mounted, and filled: by root, on Linux. */
export const canMount = (() => {
  const trial = mkdtempSync(join(tmpdir(), 'disk-'));
  const isMounted = process.platform === 'linux' && mountDisk(trial, '16k');
  if (isMounted) unmountDisk(trial);
  rmSync(trial, { recursive: true });
  return isMounted;
})();

/** Declares a test that fills a small disk. */
export const testOnDisk = testIf(canMount, 'root on Linux, who may mount a small disk');
