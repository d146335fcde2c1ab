/** Runs the tests of equality to the last bit again as on CPUs with fewer instructions: npm test's last step. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { native } from '../src/native/addon';

/** What libtorch can be told to do without, by what it finds. */
const LOWER: Record<string, string[]> = { AVX512: ['avx2', 'default'], AVX2: ['default'] };

const root = join(__dirname, '..');
const tests = join(root, 'test');
const files = readdirSync(tests, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => join(tests, name))
  .filter((path) => /\bbitTest\b|\bexpectSameBits\b/.test(readFileSync(path, 'utf8')));

const jest = join(root, 'node_modules', '.bin', 'jest');
for (const capability of LOWER[native().cpuCapability()] ?? []) {
  console.log(`ATEN_CPU_CAPABILITY=${capability}`);
  const env = { ...process.env, ATEN_CPU_CAPABILITY: capability };
  const { status } = spawnSync(jest, ['--runTestsByPath', ...files], { cwd: root, env, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
