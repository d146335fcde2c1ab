import { backtestTable, seriesTable, verdict } from '../../src/report/backtest-table';

const row = (name: string, crps: number | null) => ({ name, crps, pinball: 1, mase: 1, coverage: [0.5] });

test('the verdict is plain: who beats whom, by how much', () => {
  expect(verdict([row('model', 2), row('naive', 3), row('seasonalNaive', 2.5)])).toEqual({
    text: 'The model (CRPS 2) beats naive (3) and seasonal naive (2.5).',
    isLost: false,
  });
  expect(verdict([row('model', 2), row('naive', 1), row('drift', 1.5)])).toEqual({
    text: 'The model (CRPS 2) loses to naive (1) and drift (1.5): those naive forecasts are the better choice here.',
    isLost: true,
  });
  expect(verdict([row('model', null), row('naive', 1)])).toMatchObject({ isLost: true });
});

test('the best of each score stands out, and what is no number never does', () => {
  const backtest = {
    horizon: 2,
    season: 1,
    numForecasts: 1,
    rows: [row('model', null), row('naive', 1), row('drift', 3)],
  };
  const oneStep = { count: 0, nll: 0, crps: 0, coverage: [], pit: { histogram: [], pValue: 1 } };
  const { text } = backtestTable({ backtest, coverageLevels: [0.5], oneStep });
  expect(text).toContain('<tr class="own"><th scope="row">model</th><td>–</td>');
  expect(text).toContain('<th scope="row">naive</th><td class="best">1</td>');
  expect(text).toContain('<th scope="row">drift</th><td>3</td>');
});

test('of several series it is told on how many the model loses', () => {
  const bySeries = [
    { name: 'A & B', rows: [row('model', 2), row('naive', 3), row('drift', 4)] },
    { name: 'C', rows: [row('model', 2), row('naive', 3), row('drift', 1)] },
  ];
  const { text } = seriesTable({ horizon: 2, season: 1, numForecasts: 1, rows: [], bySeries })!;
  expect(text).toContain('loses to a naive forecast on 1 of 2 series');
  expect(text).toContain('<th scope="row">A &amp; B</th><td class="best">2</td><td>3</td><td>naive</td>');
  expect(text).toContain('<th scope="row">C</th><td>2</td><td class="best">1</td><td>drift</td>');
});
