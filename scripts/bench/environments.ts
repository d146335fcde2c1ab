// What the benchmark installs for itself under build/ at its first run: PyTorch, and TensorFlow.js as a peer from Node.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FETCHED_VERSIONS } from '../../src/native/libtorch';
import { root } from './root';

const TFJS_VERSION = '4.22.0';

/** The Python of a virtual environment with PyTorch. */
export function pythonWithTorch(): string {
  const environment = join(root, 'build', 'bench-venv');
  const python = join(environment, 'bin', 'python');
  installOnce(environment, `torch-${FETCHED_VERSIONS.cpu}`, () => {
    run('python3', ['-m', 'venv', environment]);
    run(python, ['-m', 'pip', 'install', '--quiet', `torch==${FETCHED_VERSIONS.cpu}`, 'numpy']);
  });
  return python;
}

/** The folder with TensorFlow.js in its node_modules. @throws Error if npm can't install it */
export function folderWithTfjs(): string {
  const folder = join(root, 'build', 'bench-tfjs');
  installOnce(folder, `tfjs-${TFJS_VERSION}`, () => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
    const packages = ['core', 'layers', 'backend-wasm'].map((name) => `@tensorflow/tfjs-${name}@${TFJS_VERSION}`);
    run('npm', ['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', ...packages]);
  });
  return folder;
}

/** Installs anew unless the stamp, which comes last, tells that it is complete. */
function installOnce(folder: string, stamp: string, install: () => void): void {
  if (existsSync(join(folder, stamp))) return;
  console.error(`Installing ${stamp} into ${folder}`);
  rmSync(folder, { recursive: true, force: true });
  install();
  writeFileSync(join(folder, stamp), '');
}

function run(command: string, args: string[]): void {
  execFileSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] });
}
