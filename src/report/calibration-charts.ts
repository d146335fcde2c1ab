import type { Chart } from './chart';
import { enumerate, percent, short } from './format';
import { PAGE_PALETTE } from './palette';
import type { ForecastScores, MaybeNumber } from './run-report';

/** Shows whether the forecasts are calibrated. */
export function calibrationCharts(scores: ForecastScores): Chart[] {
  return [coverageChart(scores), pitChart(scores)];
}

function coverageChart({ coverageLevels, oneStep, backtest }: ForecastScores): Chart {
  const model = backtest.rows.find((row) => row.name === 'model');
  const forecasts = [
    { forecast: 'one step ahead', coverage: oneStep.coverage },
    { forecast: `up to ${backtest.horizon} steps ahead`, coverage: model?.coverage ?? [] },
  ];
  const values = forecasts.flatMap(({ forecast, coverage }) =>
    coverage.map((part, index) => ({ forecast, nominal: inPercent(coverageLevels[index]), actual: inPercent(part) })),
  );
  const axis = { values: [0, 25, 50, 75, 100] };
  const scale = { domain: [0, 100], nice: false };
  const legend = forecasts.map(({ forecast }, index) => ({
    name: forecast,
    color: PAGE_PALETTE.series[index]!,
    mark: { type: 'line' },
  }));
  return {
    title: 'Coverage',
    description: `Coverage of the forecasts ${forecasts
      .map(
        ({ forecast, coverage }) =>
          `${forecast}: ${enumerate(coverage.map((part, index) => `${percent(part)} within the ${percent(coverageLevels[index])} interval`))}`,
      )
      .join('; ')}.`,
    legend,
    note: 'Above the dashed line, the intervals are too wide; below it, too narrow.',
    spec: {
      width: 'container',
      height: 240,
      data: { values },
      layer: [
        {
          data: { values: [{ from: 0, to: 100 }] },
          mark: { type: 'rule', strokeDash: [4, 4] },
          encoding: {
            x: { field: 'from', type: 'quantitative' },
            y: { field: 'from', type: 'quantitative' },
            x2: { field: 'to' },
            y2: { field: 'to' },
          },
        },
        {
          mark: { type: 'line', point: true },
          encoding: {
            x: {
              field: 'nominal',
              type: 'quantitative',
              title: 'Nominal coverage (%)',
              axis,
              scale,
            },
            y: { field: 'actual', type: 'quantitative', title: 'Actual coverage (%)', axis, scale },
            color: {
              field: 'forecast',
              type: 'nominal',
              legend: null,
              scale: { domain: legend.map(({ name }) => name), range: legend.map(({ color }) => color) },
            },
            tooltip: [
              { field: 'forecast', type: 'nominal', title: 'Forecast' },
              { field: 'nominal', type: 'quantitative', title: 'Nominal (%)' },
              { field: 'actual', type: 'quantitative', title: 'Actual (%)', format: '.1f' },
            ],
          },
        },
      ],
    },
  };
}

function pitChart({ oneStep: { count, pit } }: ForecastScores): Chart {
  const numBins = pit.histogram.length;
  const values = pit.histogram.map((bin, index) => ({
    from: index / numBins,
    to: (index + 1) / numBins,
    part: inPercent(bin / count),
    count: bin,
  }));
  return {
    title: 'PIT histogram',
    description: `Number of values in each tenth of their forecast distribution, from the lowest: ${pit.histogram.join(', ')}. Test of uniformity: p = ${short(pit.pValue)}.`,
    note: `Where ${count.toLocaleString('en')} values fell within their forecast distributions. Bars at the dashed line: well calibrated; a hump: too wide; a trough: too narrow. Test of uniformity: p = ${short(pit.pValue)}.`,
    spec: {
      width: 'container',
      height: 240,
      data: { values },
      layer: [
        {
          mark: { type: 'bar', binSpacing: 2, color: PAGE_PALETTE.series[0] },
          encoding: {
            x: {
              field: 'from',
              bin: 'binned',
              type: 'quantitative',
              title: 'Forecast distribution function at the value',
              axis: { format: '~g', tickCount: 5 },
            },
            x2: { field: 'to' },
            y: { field: 'part', type: 'quantitative', title: 'Values (%)' },
            tooltip: [
              { field: 'from', type: 'quantitative', title: 'From' },
              { field: 'to', type: 'quantitative', title: 'To' },
              { field: 'count', type: 'quantitative', title: 'Values' },
            ],
          },
        },
        {
          data: { values: [{}] },
          mark: { type: 'rule', strokeDash: [4, 4] },
          encoding: { y: { datum: 100 / numBins, type: 'quantitative' } },
        },
      ],
    },
  };
}

function inPercent(part: MaybeNumber): MaybeNumber {
  return typeof part === 'number' ? 100 * part : part;
}
