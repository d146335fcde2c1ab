import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { libraryFile } from '../../src/native/libtorch';

/** A new empty folder. */
export const temporaryFolder = () => mkdtempSync(join(tmpdir(), 'libtorch-generative-test-'));

/** Writes files and the folders that they need. */
export function writeFiles(root: string, files: Record<string, string>, mode = 0o644): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content, { mode });
  }
}

/** A folder that looks like libtorch from outside; its libraries are empty files. */
export function writeFakeLibtorch(root: string, { version = '2.13.0', cuda = false } = {}): string {
  const [major, minor, patch] = version.split('.');
  const header = `#define TORCH_VERSION_MAJOR ${major}\n#define TORCH_VERSION_MINOR ${minor}\n#define TORCH_VERSION_PATCH ${patch}\n`;
  const libraries = ['c10', 'torch_cpu', 'torch', ...(cuda ? ['torch_cuda'] : [])];
  writeFiles(root, { 'include/torch/headeronly/version.h': header });
  writeFiles(root, Object.fromEntries(libraries.map((name) => [`lib/${libraryFile(name)}`, ''])));
  return root;
}

/** A PATH on which `python3` is this shell script, in a folder of its own beside the system's tools. */
export function writeFakePython(folder: string, script: string): { PATH: string } {
  const bin = join(folder, 'bin');
  writeFiles(bin, { python3: `#!/bin/sh\n${script}\n` }, 0o755);
  return { PATH: `${bin}:/bin` };
}
