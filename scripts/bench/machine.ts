import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { root } from './root';

/** What the figures were measured on. */
export interface Machine {
  cpu: string;
  cores: number;
  node: string;
  pytorch: string;
  libtorch: string;
  /** ISO 8601. */
  date: string;
}

export function describeMachine(python: string): Machine {
  const ask = (command: string, code: string[]) => execFileSync(command, code, { cwd: root, encoding: 'utf8' }).trim();
  const lib = JSON.stringify(join(root, 'lib'));
  const libtorch = `const lib = require(${lib}); lib.numThreads(); console.log(lib.libtorchInUse().version)`;
  return {
    cpu: cpus()[0]!.model.trim(),
    cores: cpus().length,
    node: process.version,
    pytorch: ask(python, ['-c', "import importlib.metadata as m; print(m.version('torch'))"]),
    libtorch: ask(process.execPath, ['-e', libtorch]),
    date: new Date().toISOString(),
  };
}
