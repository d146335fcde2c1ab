import { alternate, planRounds } from '../../../scripts/bench/rounds';

const limits = { turnMs: 200, budgetMs: 3000, minRounds: 2, maxRounds: 15 };

test("PyTorch's steps fill a turn, and the rounds the budget", () => {
  expect(planRounds([10, 5], limits)).toEqual({ steps: 20, rounds: 8 }); // 200 + 100 + 2 pauses of 20 ms
});

test('a slow step is done once a round, a quick one 50 times', () => {
  expect(planRounds([5000, 1000], limits)).toEqual({ steps: 1, rounds: 2 });
  expect(planRounds([0.01, 0.01], limits)).toEqual({ steps: 50, rounds: 15 });
});

test('every column has a turn a round, in an order that is reversed each time', async () => {
  const turns: string[] = [];
  const figure = (column: string) => async () => turns.push(column);
  const columns = new Map(['pytorch', 'ours', 'floor'].map((column) => [column, figure(column)]));
  const results = await alternate(columns, 3);
  expect(turns.join(' ')).toBe('pytorch ours floor floor ours pytorch pytorch ours floor');
  expect(Object.fromEntries(results)).toEqual({ pytorch: [1, 6, 7], ours: [2, 5, 8], floor: [3, 4, 9] });
});
