// Runs the programs whose files are its arguments, one after another, each in a new folder, and prints a Run of each.
import { mkdtempSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { formatWithOptions } from 'node:util';
import { type Output, oneLine } from './output';

/** What became of a program. */
export interface Run {
  /** Of the lines that call `printedAt`. */
  printed: Output[];
  /** What stopped it. */
  error?: string;
}

async function run(file: string): Promise<Run> {
  process.chdir(mkdtempSync(`${file}-`));
  const printed: Output[] = [];
  const printedAt =
    (line: number) =>
    (...values: unknown[]) =>
      printed.push({ line, text: oneLine(formatWithOptions({ colors: false }, ...values)) });
  Object.assign(globalThis, { printedAt });
  try {
    await import(pathToFileURL(file).href);
    return { printed };
  } catch (error) {
    return { printed, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

async function main(): Promise<void> {
  const runs: Run[] = [];
  const { log } = console;
  console.log = () => {};
  for (const file of process.argv.slice(2)) runs.push(await run(file));
  log(JSON.stringify(runs));
  process.exit();
}

main();
