import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { useTemporaryFolder } from '../cli/cli';

const root = join(__dirname, '..', '..');
const folder = useTemporaryFolder();

/** The guide's blocks of TypeScript: those that begin with a comment that names the trainer's file, and the rest. */
function guideProgram(): { service: string; trainer: string } {
  const guide = readFileSync(join(root, 'docs', 'services.md'), 'utf8');
  const blocks = [...guide.matchAll(/^```(?:ts|typescript)\n([\s\S]*?)^```$/gm)].map(([, code]) => code!);
  const isTrainer = (code: string) => code.startsWith('// trainer.ts\n');
  return {
    service: blocks.filter((code) => !isTrainer(code)).join('\n'),
    trainer: blocks.filter(isTrainer).join('\n'),
  };
}

// Workers need compiled files: the whole guide is checked here as a service is built, its worker thread included.
test("the services' guide is a program of two files that compiles, runs, and prints what it says", () => {
  const { service, trainer } = guideProgram();
  mkdirSync(join(folder(), 'node_modules'));
  symlinkSync(root, join(folder(), 'node_modules', 'libtorch-generative'));
  writeFileSync(join(folder(), 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder(), 'service.ts'), service);
  writeFileSync(join(folder(), 'trainer.ts'), trainer);
  const run = (command: string, ...args: string[]) => spawnSync(command, args, { cwd: folder(), encoding: 'utf8' });

  const options = [
    '--strict',
    '--noUncheckedIndexedAccess',
    '--module',
    'node16',
    '--target',
    'es2022',
    '--skipLibCheck',
  ];
  const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules', '@types')];
  const tsc = join(root, 'node_modules', '.bin', 'tsc');
  expect(run(tsc, ...options, ...types, 'service.ts', 'trainer.ts').stdout).toBe('');

  const { stdout, stderr, status } = run(process.execPath, 'service.js');
  const expected = [...service.matchAll(/^\s*console\.log\(.*\); \/\/ (.*)$/gm)].map(([, printed]) => printed!);
  expect({ printed: stdout.trimEnd().split('\n'), status }).toEqual({ printed: expected, status: 0 });
  expect(expected.length).toBeGreaterThan(8);
  // The trainer's records, of both runs.
  expect(stderr.match(/^\{"epoch":\d+,/gm)!.length).toBeGreaterThan(30);
  expect(existsSync(join(folder(), 'runs', 'long', 'checkpoint.safetensors'))).toBe(true);
});
