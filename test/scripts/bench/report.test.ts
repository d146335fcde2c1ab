import type { BusyRow } from '../../../scripts/bench/busy-case';
import { formatReport, type Report } from '../../../scripts/bench/report';
import { isBeyondLimit, missesTarget, type Row } from '../../../scripts/bench/row';

const machine = {
  cpu: 'A CPU',
  cores: 2,
  node: 'v20',
  pytorch: '2.13.0',
  libtorch: '2.13.0',
  date: '2030-01-02T03:04',
};
const row: Row = {
  case: 'gan',
  title: 'GAN step',
  threads: 1,
  unit: 'ms',
  target: 2.5,
  floorTarget: 1.3,
  rounds: { pytorch: [6, 8, 60], ours: [2, 2, 20], floor: [1.6, 1.6, 16] },
};

test('a row misses its target by its ratio, or by its distance from the floor', () => {
  expect(missesTarget(row)).toBe(false);
  expect(missesTarget({ ...row, target: 3.1 })).toBe(true);
  expect(missesTarget({ ...row, floorTarget: 1.2 })).toBe(true);
  expect(missesTarget({ ...row, target: undefined, floorTarget: undefined })).toBeUndefined();
});

test("a loop of one's own is shown beside ours, and may not take longer than 1.15 times as long", () => {
  const withLoop = (ownLoop: number[]) => ({ ...row, rounds: { ...row.rounds, ownLoop } });
  expect(missesTarget(withLoop([2.2, 2.2, 22]))).toBe(false);
  expect(missesTarget(withLoop([2.4, 2.4, 24]))).toBe(true);
  const text = formatReport({ machine, rows: [withLoop([2.2, 2.2, 22])], busy: [], grid: [], notes: [] });
  expect(text).toContain('own loop / ours');
  expect(text).toMatch(/ 1\.10 \(≤ 1\.15\) \|/);
});

test('a target is beyond the limit if the products alone take too long', () => {
  expect(isBeyondLimit(row)).toBe(false); // nothing is known of its limit
  const limited = (peak: number) => ({ ...row, rounds: { pytorch: [6, 6], ours: [3, 3], peak: [peak, 60] } });
  expect(isBeyondLimit(limited(2))).toBe(false);
  expect(isBeyondLimit(limited(2.5))).toBe(true);
  const rows = [limited(2), { ...limited(2.5), case: 'far' }];
  expect(formatReport({ machine, rows, busy: [], grid: [], notes: [] })).toContain(
    '0 of 2 targets are met; missed: gan (1 thread); beyond the limit: far (1 thread).',
  );
});

test('a report shows medians, ratios, targets, what is missing, and the machine', () => {
  const slow = { ...row, case: 'slow', title: 'Slow', rounds: { pytorch: [1], ours: [2], floor: [1], tfjs: [40] } };
  const text = formatReport({ machine, rows: [row, slow], busy: [], grid: [], notes: ['tfjs is not there'] });
  const [gan] = text.split('\n').filter((line) => line.includes('GAN step'));
  const cells = gan!.split('|').map((cell) => cell.trim());
  const start = [
    'GAN step',
    '1',
    '8.00 ms',
    '2.00 ms',
    '3.00',
    '3.00 to 3.50',
    '≥ 2.5',
    '-',
    '1.60 ms',
    '1.25 (≤ 1.3)',
  ];
  expect(cells.slice(1, -1)).toEqual([...start, '-']);
  expect(text).toMatch(/tfjs \|$/m);
  expect(text).not.toContain('torch.compile'); // nobody has a figure there
  expect(text).toContain('- tfjs is not there');
  expect(text).toContain('1 of 2 targets are met; missed: slow (1 thread).');
  expect(text).toContain('A CPU, 2 cores; Node v20, PyTorch 2.13.0, libtorch 2.13.0; 2030-01-02.');
});

test('the grid has a line for each batch and hidden size, marks what ran at 2 threads only, and names the worst', () => {
  const cell = { kind: 'gru', mode: 'train', batch: 32, window: 20, hidden: 64 } as const;
  const at = (threads: number, window: number, pytorch: number, floor = 1) => ({
    ...row,
    case: `t${window}`,
    threads,
    cell: { ...cell, window },
    rounds: { pytorch: [pytorch], ours: [2], floor: [floor] },
  });
  const grid: Report['grid'] = [at(1, 20, 8), at(2, 20, 6), at(2, 200, 3)];
  const text = formatReport({ machine, rows: [], busy: [], grid, notes: [] });
  expect(text).toMatch(/\| B 32 H 64 +\| 4\.00 \/ 3\.00 \| 1\.50 \* \|/);
  expect(text).toContain('Worst cell: t200 (2 threads): 1.50 (1.50 to 1.50)');
  expect(text).not.toContain('inference');
});

test('what busy cores cost is a table of its own, with the times slower in the same round', () => {
  const busy: BusyRow = {
    case: 'busy',
    title: 'MNIST epoch',
    threads: 2,
    target: 2.5,
    rounds: { pytorch: [4, 5, 6], ours: [2, 2, 3], pytorchBusy: [20, 25, 60], oursBusy: [4, 6, 6] },
  };
  const report = { machine, rows: [], grid: [], notes: [] };
  const cells = (row: BusyRow) =>
    formatReport({ ...report, busy: [row] })
      .split('\n')[2]!
      .split('|')
      .map((cell) => cell.trim());
  expect(cells(busy).slice(1, -1)).toEqual([
    'MNIST epoch',
    '2',
    '5.00 ms',
    '25.0 ms',
    '5.00',
    '2.00 ms',
    '6.00 ms',
    '2.00',
    '2.00 to 2.50',
    '≤ 2.5 (met)',
  ]);
  expect(cells({ ...busy, target: 1.9 }).at(-2)).toBe('≤ 1.9 (missed)');
});
