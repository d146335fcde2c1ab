import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const ours = join(__dirname, '../../../scripts/bench/ours');

// They are plain JavaScript on the built package, which no type check reaches.
test.each([
  ['cold-start.cjs', 'gan'],
  ['cold-start.cjs', 'mdn-rnn'],
  ['mnist-job.cjs', 'article', '1', '1'],
])('the benchmark’s process %s %s runs', (script, ...args) => {
  const stdout = execFileSync(process.execPath, [join(ours, script), ...args], { encoding: 'utf8' });
  if (script === 'mnist-job.cjs')
    expect(Number(stdout)).toBeGreaterThan(50); // MiB
  else expect(stdout).toBe('');
});
