import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const root = resolve(__dirname, '..');

export interface Target {
  name: string;
  /** Files and folders, from the repository's root. */
  inputs: string[];
  /** What else it depends on. */
  extra?: string;
  outputs: string[];
  make: () => void | Promise<void>;
}

/** Makes a target unless its outputs are there and the inputs are those that it was last made from. */
export async function ifChanged({ name, inputs, extra = '', outputs, make }: Target): Promise<void> {
  const stamp = join(root, 'build', `${name}.stamp`);
  const fingerprint = fingerprintOf(inputs, extra);
  const made = existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint;
  if (made && outputs.every((output) => existsSync(join(root, output)))) return;
  rmSync(stamp, { force: true });
  await make();
  mkdirSync(join(root, 'build'), { recursive: true });
  writeFileSync(stamp, fingerprint);
}

function fingerprintOf(inputs: string[], extra: string): string {
  const hash = createHash('sha256').update(extra);
  for (const file of inputs.flatMap(filesIn).sort()) hash.update(`\0${file}\0`).update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

function filesIn(input: string): string[] {
  if (statSync(join(root, input)).isFile()) return [input];
  const entries = readdirSync(join(root, input), { recursive: true, encoding: 'utf8' });
  return entries.map((entry) => join(input, entry)).filter((file) => statSync(join(root, file)).isFile());
}
