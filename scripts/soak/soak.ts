// Prints what long use leaves behind: memory, tensors, processes, wrong answers. `npm run soak`, or `-- --short`.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Figures } from './part';

/** How often, in the short form and in the long one; and how much resident memory may grow, in MiB. */
const PARTS = {
  operators: { short: 200_000, long: 10_000_000, mostMiB: 10 },
  models: { short: 300, long: 10_000, mostMiB: 20 },
  workers: { short: 12, long: 1000, mostMiB: 30 },
  exits: { short: 6, long: 200, mostMiB: 10 },
  reloads: { short: 40, long: 1000, mostMiB: 20 },
  service: { short: 3, long: 60, mostMiB: 20 },
};

function run(name: keyof typeof PARTS, isShort: boolean): string[] {
  const { short, long, mostMiB } = PARTS[name];
  const count = isShort ? short : long;
  const start = performance.now();
  const node = ['--expose-gc', '--import', require.resolve('tsx'), join(__dirname, `${name}.ts`), `${count}`];
  const child = spawnSync(process.execPath, node, { encoding: 'utf8' });
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  if (child.status !== 0 || child.stderr !== '') {
    return [`${name}: ended with ${child.signal ?? child.status}: ${child.stderr}`];
  }
  const { residentMiB, leakedTensors, wrong, notes }: Figures = JSON.parse(child.stdout);
  const [before, after] = residentMiB.map((each) => each.toFixed(1));
  console.log(
    `${name}: ${count} in ${seconds} s; resident ${before} MiB, then ${after} MiB; ${leakedTensors} tensors left`,
  );
  for (const note of notes) console.log(`  ${note}`);
  const grown = residentMiB[1] - residentMiB[0];
  // A short form is not long enough to tell growth from a warm-up.
  if (!isShort && grown > mostMiB) wrong.push(`grew by ${grown.toFixed(1)} MiB, more than ${mostMiB}`);
  if (leakedTensors > 0) wrong.push(`left ${leakedTensors} tensors`);
  return wrong.map((each) => `${name}: ${each}`);
}

function main(): void {
  const [...args] = process.argv.slice(2);
  const isShort = args.includes('--short');
  const wanted = args.filter((each) => each in PARTS) as (keyof typeof PARTS)[];
  const names = wanted.length > 0 ? wanted : (Object.keys(PARTS) as (keyof typeof PARTS)[]);
  const problems = names.flatMap((name) => run(name, isShort));
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
}

main();
