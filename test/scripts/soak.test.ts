import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');

// The long form is `npm run soak`: this one tells that nothing crashes, answers wrongly or leaves tensors.
test('the short form of the soak finds nothing wrong', () => {
  const command = [require.resolve('tsx/cli'), join(root, 'scripts', 'soak', 'soak.ts'), '--short'];
  const { stdout, stderr, status } = spawnSync(process.execPath, command, { encoding: 'utf8' });
  process.stderr.write(stdout);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout.trim().split('\n')).toHaveLength(5);
}, 600_000);
