import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(__dirname, '..', '..');

/** A program in the documentation. */
export interface Program {
  /** What it is an example of, with its place: "Tensor.slice (src/tensor/tensor.ts:288)". */
  name: string;
  /** Each line where its file has it; all others are empty, so that a message's line is the documentation's. */
  code: string;
}

const FENCE = /^```(\w*)/;

/** The blocks of ts in lines of Markdown, together, the first line being line `start` of its file, from 0. */
export function codeOf(lines: string[], start = 0): string {
  let language: string | undefined;
  const code = lines.map((line) => {
    const fence = FENCE.exec(line);
    if (fence) language = language === undefined ? fence[1] : undefined;
    return language === 'ts' && !fence ? line : '';
  });
  return [...new Array<string>(start).fill(''), ...code].join('\n');
}

/** One program for each guide in docs/ that has one: installing is done by commands. */
export function guides(): Program[] {
  return readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name))
    .map((file) => ({ name: file, code: codeOf(readFileSync(join(root, file), 'utf8').split('\n')) }))
    .filter(({ code }) => code.trim() !== '');
}
