import { formatNumber, formatTable } from '../../../scripts/bench/table';

test('columns are aligned, names to the left and numbers to the right', () => {
  expect(
    formatTable(
      ['case', 'ms'],
      [
        ['gan', '3.41'],
        ['mdn-rnn', '10.2'],
      ],
    ),
  ).toBe(['| case    |   ms |', '| ------- | ---: |', '| gan     | 3.41 |', '| mdn-rnn | 10.2 |'].join('\n'));
});

test('numbers have three digits that mean something', () => {
  expect([0.01234, 0.5, 3.4149, 12.25, 123.4, 4671.6, 0].map(formatNumber)).toEqual([
    '0.0123',
    '0.500',
    '3.41',
    '12.3',
    '123',
    '4672',
    '0',
  ]);
});
