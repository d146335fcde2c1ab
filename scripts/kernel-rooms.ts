// Checks that each folder of binding/kernels includes only those below it, as CONTRIBUTING.md lists them.
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { root } from './if-changed';

const kernels = 'binding/kernels';
const rooms = ['mdn_rnn', 'gru', 'products', 'elementwise', 'random', 'vectors', 'autograd'].map(
  (room) => `${kernels}/${room}`,
);
/** Of the rest of binding/, what kernels may include. */
const belowAll = ['binding/old_glibc.h'];

/** Each include of a source, by its path, that leads up or out of the kernels: `PATH includes PATH`. */
export function backArrows(path: string, source: string): string[] {
  const floor = rooms.indexOf(posix.dirname(path));
  const isBelow = (file: string) => belowAll.includes(file) || rooms.indexOf(posix.dirname(file)) >= floor;
  return [...source.matchAll(/^\s*#\s*include\s*"(.+?)"/gm)]
    .map(([, included]) => posix.join(posix.dirname(path), included as string))
    .filter((file) => floor < 0 || !isBelow(file))
    .map((file) => `${path} includes ${file}`);
}

/** Those of all kernels. */
export function allBackArrows(): string[] {
  const files = readdirSync(join(root, kernels), { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => /\.(cc|h)$/.test(file))
    .map((file) => posix.join(kernels, file))
    .flatMap((path) => backArrows(path, readFileSync(join(root, path), 'utf8')));
}

if (require.main === module) {
  const found = allBackArrows();
  if (found.length > 0)
    console.error(['Folders of binding/kernels include only those below them:', ...found].join('\n'));
  process.exitCode = found.length > 0 ? 1 : 0;
}
