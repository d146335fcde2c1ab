import { readFileSync } from 'node:fs';
import { moveToCore, parseList } from '../../../scripts/bench/cores';
import { testIf } from '../../test-if';

test('lists of cores as Linux writes them', () => {
  expect(parseList('0-2,5')).toEqual([0, 1, 2, 5]);
  expect(parseList('7')).toEqual([7]);
});

testIf(process.platform === 'linux', 'Linux')('a process goes to one core and back to all', () => {
  const allowed = () => /^Cpus_allowed_list:\s*(.*)$/m.exec(readFileSync('/proc/self/status', 'utf8'))![1]!;
  const before = allowed();
  moveToCore(process.pid, 1);
  const cores = parseList(before);
  expect(parseList(allowed())).toEqual([cores[1 % cores.length]]);
  moveToCore(process.pid, undefined);
  expect(allowed()).toBe(before);
});
