import { forecastChartSvg } from '../../src/report/forecast-chart';

const quantiles = [
  { level: 0.9, values: [4, 6] },
  { level: 0.5, values: [3, 3] },
  { level: 0.1, values: [2, 0] },
];
const chart = (options = {}) => forecastChartSvg({ title: 'CO2', history: [1, 2, 3], quantiles, ...options });

/** The corners of the shapes of each name, as pixels. */
function shapes(svg: string): Record<string, number[][]> {
  const paths = svg.matchAll(/<path aria-label="([^"]+)" role="graphics-symbol"[^>]* d="M([^"]+?)Z?"/g);
  return Object.fromEntries(
    [...paths].map(([, name, d]) => [name, d!.split('L').map((at) => at.split(',').map(Number))]),
  );
}

/** What stands along an axis or in the legend, by the text's place in it. */
function texts(svg: string, anchor: RegExp): string[] {
  const all = svg.matchAll(/<text text-anchor="([^"]*)" transform="([^"]*)"[^>]*>([^<]*)</g);
  return [...all].flatMap(([, kind, transform, text]) => (anchor.test(`${kind} ${transform}`) ? [text!] : []));
}
const steps = (svg: string) => texts(svg, /translate\([\d.]+,16\)/);
const legend = (svg: string) => texts(svg, /^start translate\(18,11\)/);

test('history, median and band are drawn to one scale and meet at the last observed value', async () => {
  const { observed, median, '80 % interval': band } = shapes(await chart());
  expect([observed!.length, median!.length, band!.length]).toEqual([3, 3, 6]);
  expect(median![0]).toEqual(observed![2]);
  expect(band![0]).toEqual(observed![2]);
  expect(band![5]).toEqual(observed![2]);

  // One step is as wide everywhere, one unit as high: 3 to 6 is three times as far as 1 to 2.
  const [x, y] = [observed![1]![0]! - observed![0]![0]!, observed![0]![1]! - observed![1]![1]!];
  expect(median![2]![0]! - median![1]![0]!).toBeCloseTo(x, 1);
  const [low, high] = [band![2]![1]!, band![3]![1]!].sort((a, b) => b - a);
  expect(median![2]![1]! - high!).toBeCloseTo(3 * y, 1);
  expect(low! - median![2]![1]!).toBeCloseTo(3 * y, 1);
});

test('symmetric quantiles make bands, the widest last in the legend; another is a dashed line', async () => {
  const more = [0.25, 0.75, 0.99].map((level) => ({ level, values: [3, 3] }));
  const svg = await chart({ quantiles: [...more, ...quantiles] });
  expect(legend(svg)).toEqual(['observed', 'median', '99 % quantile', '50 % interval', '80 % interval']);
  expect(svg).toMatch(/aria-label="99 % quantile"[^>]* stroke-dasharray="4,3"/);
});

test('levels that differ by rounding still make a band', async () => {
  const levels = [0.059, 0.941];
  expect(1 - levels[0]!).not.toBe(levels[1]);
  const svg = await chart({ quantiles: levels.map((level) => ({ level, values: [3, 3] })) });
  expect(legend(svg)).toEqual(['observed', '88.2 % interval']);
});

test('steps are named by labels, and counted where there are none', async () => {
  expect(steps(await chart())).toEqual(['−2', '−1', '0', '+1', '+2']);
  expect(steps(await chart({ labels: ['Jan', 'Feb', 'Mar', 'Apr'] }))).toEqual(['Jan', 'Feb', 'Mar', 'Apr', '+2']);
});

test('a missing value is a gap in the line', async () => {
  const svg = await chart({ history: [1, 2, NaN, 2, 3] });
  expect(svg).toMatch(/aria-label="observed"[^>]* d="M[^"]+L[^"]+M[^"]+L/);
});

test('text is escaped', async () => {
  const svg = await chart({ title: '<b> & "c"', column: '</svg>', labels: ['<i>'] });
  expect(svg).toContain('aria-label="&lt;b&gt; &amp; &quot;c&quot;"');
  expect(svg).not.toMatch(/<b>|<i>|<\/svg>./);
});

test.each([
  ['a constant', [5, 5], [5]],
  ['zeros', [0], [0]],
  ['tiny values', [1e-300, 2e-300], [3e-300]],
  ['huge values', [1e300, 2e300], [3e300]],
  ['a large offset', [1e16, 1e16 + 2], [1e16]],
])('draws %s within the picture', async (_, history, values) => {
  const { observed, median } = shapes(await chart({ history, quantiles: [{ level: 0.5, values }] }));
  for (const [x, y] of [...observed!, ...median!]) {
    expect(x).toBeGreaterThanOrEqual(0);
    expect(x).toBeLessThanOrEqual(760);
    expect(y).toBeGreaterThanOrEqual(0);
    expect(y).toBeLessThanOrEqual(320);
  }
});

test.each([
  ['an empty history', { history: [] }, /at least one value for history/],
  ['no quantiles', { quantiles: [] }, /at least one quantile for quantiles/],
  ['a level of 1', { quantiles: [{ level: 1, values: [1] }] }, /above 0 and below 1 for a quantile level .* 1$/],
  ['no steps', { quantiles: [{ level: 0.5, values: [] }] }, /one or more values for the values of quantile 0\.5/],
  ['uneven steps', { quantiles: [...quantiles, { level: 0.3, values: [1] }] }, /2 values for .* quantile 0\.3/],
  ['infinities', { history: [1, Infinity] }, /a finite number for a value of the chart but received Infinity/],
])('refuses %s', async (_, options, message) => {
  await expect(chart(options)).rejects.toMatchObject({
    code: 'ERR_INVALID_ARGUMENT',
    message: expect.stringMatching(message),
  });
});
