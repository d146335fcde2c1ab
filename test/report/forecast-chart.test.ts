import { forecastChartSvg } from '../../src/report/forecast-chart';

const quantiles = [
  { level: 0.9, values: [4, 6] },
  { level: 0.5, values: [3, 3] },
  { level: 0.1, values: [2, 0] },
];
const chart = (options = {}) => forecastChartSvg({ title: 'CO2', history: [1, 2, 3], quantiles, ...options });

/** The points of each element of a kind, as pixels. */
function points(svg: string, element: 'polyline' | 'polygon'): number[][][] {
  return [...svg.matchAll(new RegExp(`<${element}[^>]* ?points="([^"]+)"`, 'g'))].map(([, list]) =>
    list!.split(' ').map((point) => point.split(',').map(Number)),
  );
}

test('history, median and band are drawn to one scale and meet at the last observed value', () => {
  const svg = chart();
  const [history, median] = points(svg, 'polyline');
  const [band] = points(svg, 'polygon');
  expect([history!.length, median!.length, band!.length]).toEqual([3, 3, 6]);
  expect(median![0]).toEqual(history![2]);
  expect(band![0]).toEqual(history![2]);
  expect(band![5]).toEqual(history![2]);

  // One step is as wide everywhere, one unit as high: 3 to 6 is three times as far as 1 to 2.
  const [x, y] = [history![1]![0]! - history![0]![0]!, history![0]![1]! - history![1]![1]!];
  expect(median![2]![0]! - median![1]![0]!).toBeCloseTo(x, 1);
  expect(median![2]![1]! - band![3]![1]!).toBeCloseTo(3 * y, 1);
  expect(band![2]![1]! - median![2]![1]!).toBeCloseTo(3 * y, 1);
});

test('symmetric quantiles make bands, the widest first; another is a dashed line', () => {
  const more = [0.25, 0.75, 0.99].map((level) => ({ level, values: [3, 3] }));
  const svg = chart({ quantiles: [...more, ...quantiles] });
  expect(points(svg, 'polygon')).toHaveLength(2);
  expect(points(svg, 'polyline')).toHaveLength(3);
  expect(svg.match(/\d+ % (interval|quantile)/g)).toEqual(['99 % quantile', '80 % interval', '50 % interval']);
});

test('levels that differ by rounding still make a band', () => {
  const levels = [0.059, 0.941];
  expect(1 - levels[0]!).not.toBe(levels[1]);
  const svg = chart({ quantiles: levels.map((level) => ({ level, values: [3, 3] })) });
  expect(points(svg, 'polygon')).toHaveLength(1);
});

test('steps are named by labels, and counted where there are none', () => {
  const names = (svg: string) =>
    [...svg.matchAll(/y="396" text-anchor="middle"[^>]*>([^<]*)</g)].map(([, name]) => name);
  expect(names(chart())).toEqual(['-2', '-1', '0', '+1', '+2']);
  expect(names(chart({ labels: ['Jan', 'Feb', 'Mar', 'Apr'] }))).toEqual(['Jan', 'Feb', 'Mar', 'Apr', '+2']);
});

test('values are marked at round numbers', () => {
  const marks = [...chart().matchAll(/text-anchor="end"[^>]*>([^<]*)</g)].map(([, name]) => Number(name));
  expect(marks).toEqual([0, 2, 4, 6]);
});

test('text is escaped', () => {
  const svg = chart({ title: '<b> & "c"', labels: ['<'] });
  expect(svg).toContain('<title>&lt;b&gt; &amp; &quot;c&quot;</title>');
  expect(svg).not.toMatch(/<b>|><</);
});

test.each([
  ['a constant', [5, 5], [5]],
  ['zeros', [0], [0]],
  ['tiny values', [1e-300, 2e-300], [3e-300]],
  ['huge values', [1e300, 2e300], [3e300]],
  ['a large offset', [1e16, 1e16 + 2], [1e16]],
])('draws %s within the picture', (_, history, values) => {
  const svg = chart({ history, quantiles: [{ level: 0.5, values }] });
  expect(svg).not.toMatch(/NaN|Infinity/);
  for (const [x, y] of points(svg, 'polyline').flat()) {
    expect(x).toBeGreaterThanOrEqual(72);
    expect(x).toBeLessThanOrEqual(820);
    expect(y).toBeGreaterThanOrEqual(56);
    expect(y).toBeLessThanOrEqual(376);
  }
});

test.each([
  ['an empty history', { history: [] }, /at least one value for history/],
  ['no quantiles', { quantiles: [] }, /at least one quantile for quantiles/],
  ['a level of 1', { quantiles: [{ level: 1, values: [1] }] }, /above 0 and below 1 for a quantile level .* 1$/],
  ['no steps', { quantiles: [{ level: 0.5, values: [] }] }, /one or more values for the values of quantile 0\.5/],
  ['uneven steps', { quantiles: [...quantiles, { level: 0.3, values: [1] }] }, /2 values for .* quantile 0\.3/],
  ['NaN', { history: [1, NaN] }, /a finite number for a value of the chart but received NaN/],
])('refuses %s', (_, options, message) => {
  expect(() => chart(options)).toThrow(
    expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT', message: expect.stringMatching(message) }),
  );
});
