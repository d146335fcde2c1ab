import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { useTemporaryFolder } from '../cli/cli';

const root = join(__dirname, '..', '..');
const folder = useTemporaryFolder();

/** The guide's blocks of TypeScript. */
function guideProgram(): string {
  const guide = readFileSync(join(root, 'docs', 'services.md'), 'utf8');
  return [...guide.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code]) => code!).join('\n');
}

// Worker threads need compiled files: the guide is checked as a service is built.
test("the services' guide is a program that compiles, runs, and prints what it says", () => {
  const program = guideProgram();
  mkdirSync(join(folder(), 'node_modules'));
  symlinkSync(root, join(folder(), 'node_modules', 'libtorch-generative'));
  writeFileSync(join(folder(), 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder(), 'service.ts'), program);
  const run = (command: string, ...args: string[]) => spawnSync(command, args, { cwd: folder(), encoding: 'utf8' });

  const options = ['--strict', '--noUncheckedIndexedAccess', '--skipLibCheck'];
  const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules', '@types')];
  const tsc = join(root, 'node_modules', '.bin', 'tsc');
  expect(run(tsc, ...options, '--module', 'node16', '--target', 'es2022', ...types, 'service.ts').stdout).toBe('');

  const { stdout, stderr, status } = run(process.execPath, 'service.js');
  const expected = [...program.matchAll(/^\s*console\.log\(.*\); \/\/ (.*)$/gm)].map(([, printed]) => printed!);
  expect({ printed: stdout.trimEnd().split('\n'), status, stderr }).toMatchObject({ printed: expected, status: 0 });
  expect(expected.length).toBeGreaterThan(14);
  expect(stderr).toContain('model.safetensors'); // the damaged one
  expect(existsSync(join(folder(), 'runs', 'long', 'checkpoint.safetensors'))).toBe(true);
});
