import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');

// The long form is `npm run soak`: this one tells that nothing crashes, answers wrongly or leaves tensors.
test('the short form of the soak finds nothing wrong', () => {
  // Without the service: how long its event loop is delayed says nothing beside other tests.
  const parts = ['operators', 'models', 'workers', 'exits', 'reloads'];
  const command = [require.resolve('tsx/cli'), join(root, 'scripts', 'soak', 'soak.ts'), '--short', ...parts];
  const { stdout, stderr, status } = spawnSync(process.execPath, command, { encoding: 'utf8' });
  process.stderr.write(stdout);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout.trim().split('\n')).toHaveLength(parts.length);
}, 600_000);
