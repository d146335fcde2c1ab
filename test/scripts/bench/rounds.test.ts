import { alternate, countRounds } from '../../../scripts/bench/rounds';

const limits = { turnMs: 200, budgetMs: 3000, minRounds: 2, maxRounds: 15 };

test('the rounds fill the budget', () => {
  expect(countRounds([10, 0.1], limits)).toBe(6); // 2 turns of 200 ms and 2 pauses of 20 ms
  expect(countRounds([380, 0.1], limits)).toBe(4);
});

test('there is a least and a largest number of rounds', () => {
  expect(countRounds([5000, 1000], limits)).toBe(2);
  expect(countRounds([10, 0.1], { ...limits, budgetMs: 1e6 })).toBe(15);
});

test('every column has a turn a round, in an order that is reversed each time', async () => {
  const turns: string[] = [];
  const figure = (column: string) => async () => turns.push(column);
  const columns = new Map(['pytorch', 'ours', 'floor'].map((column) => [column, figure(column)]));
  const results = await alternate(columns, 3);
  expect(turns.join(' ')).toBe('pytorch ours floor floor ours pytorch pytorch ours floor');
  expect(Object.fromEntries(results)).toEqual({ pytorch: [1, 6, 7], ours: [2, 5, 8], floor: [3, 4, 9] });
});
