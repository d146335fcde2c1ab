import { invalidArgument } from '../errors';

/** One quantile of a forecast: a value for each step ahead. */
export interface QuantileSeries {
  /** Above 0 and below 1. */
  level: number;
  values: number[];
}

export interface ForecastChartOptions {
  title: string;
  /** What was observed, the latest last; at least one value. */
  history: number[];
  /** At least one, all of the same number of steps. */
  quantiles: QuantileSeries[];
  /** A name, such as a date, for each step of the history and then the forecast; steps may go without. */
  labels?: string[];
}

type Scale = (value: number) => number;
type Point = [step: number, value: number];
type Band = [lower: QuantileSeries, upper: QuantileSeries];

const [width, height] = [860, 420];
const plot = { left: 72, right: width - 40, top: 56, bottom: height - 44 };
const colors = { history: '#334155', forecast: '#2563eb', grid: '#e2e8f0', text: '#475569' };

/**
 * A forecast as a fan, in a self-contained SVG: the history, the median (level 0.5), a band between each two quantiles
 * as far from it on either side (0.1 and 0.9), and a dashed line for a quantile without such a partner. Everything
 * of the forecast starts from the last observed value.
 */
export function forecastChartSvg({ title, history, quantiles, labels = [] }: ForecastChartOptions): string {
  checkSeries(history, quantiles);
  const horizon = quantiles[0]!.values.length;
  const values = [...history, ...quantiles.flatMap((quantile) => quantile.values)];
  const lastStep = history.length - 1 + horizon;
  const x = linearScale([0, lastStep], [plot.left, plot.right]);
  const [low, high] = paddedExtent(values);
  const y = linearScale([low, high], [plot.bottom, plot.top]);

  const { bands, lines } = splitQuantiles(quantiles);
  const points = ({ values }: QuantileSeries): Point[] =>
    [history.at(-1)!, ...values].map((value, step) => [history.length - 1 + step, value]);
  const draw = (series: Point[]) => series.map(([step, value]) => `${round(x(step))},${round(y(value))}`).join(' ');
  const polyline = (series: Point[], style: string) => `<polyline fill="none" points="${draw(series)}" ${style}/>`;

  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" font-family="sans-serif" font-size="12">`,
    `<title>${escapeXml(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="white"/>`,
    `<text x="${plot.left}" y="22" font-size="16" fill="${colors.history}">${escapeXml(title)}</text>`,
    ...valueAxis(low, high, y),
    ...stepAxis(history.length, lastStep, labels, x),
    ...bands.map(([lower, upper]) => {
      const outline = [...points(lower), ...points(upper).reverse()];
      return `<polygon points="${draw(outline)}" fill="${colors.forecast}" fill-opacity="0.2"/>`;
    }),
    polyline([...history.entries()], `stroke="${colors.history}" stroke-width="1.5"`),
    ...lines.map((quantile) => polyline(points(quantile), lineStyle(quantile.level))),
    ...legend(bands, lines),
    '</svg>\n',
  ].join('\n');
}

function checkSeries(history: number[], quantiles: QuantileSeries[]): void {
  if (history.length === 0) throw invalidArgument('history', 'at least one value', history);
  if (quantiles.length === 0) throw invalidArgument('quantiles', 'at least one quantile', quantiles);
  const horizon = quantiles[0]!.values.length;
  for (const { level, values } of quantiles) {
    if (!(level > 0 && level < 1)) throw invalidArgument('a quantile level', 'a number above 0 and below 1', level);
    if (horizon === 0 || values.length !== horizon) {
      throw invalidArgument(`the values of quantile ${level}`, `${horizon || 'one or more'} values`, values);
    }
  }
  const odd = [...history, ...quantiles.flatMap(({ values }) => values)].find((value) => !Number.isFinite(value));
  if (odd !== undefined) throw invalidArgument('a value of the chart', 'a finite number', odd);
}

/** Bands from the widest to the narrowest, and the quantiles that are part of none. */
function splitQuantiles(quantiles: QuantileSeries[]): { bands: Band[]; lines: QuantileSeries[] } {
  const sorted = quantiles.toSorted((a, b) => a.level - b.level);
  const bands: Band[] = [];
  for (const lower of sorted) {
    const upper = sorted.find(({ level }) => lower.level < 0.5 && isSame(level, 1 - lower.level));
    if (upper) bands.push([lower, upper]);
  }
  return { bands, lines: sorted.filter((quantile) => !bands.flat().includes(quantile)) };
}

/** Equal but for rounding: 1 - 0.059 is not quite 0.941. */
function isSame(level: number, other: number): boolean {
  return Math.abs(level - other) < 1e-9;
}

function lineStyle(level: number): string {
  const median = isSame(level, 0.5);
  return `stroke="${colors.forecast}" ${median ? 'stroke-width="2"' : 'stroke-width="1" stroke-dasharray="4 3"'}`;
}

/** The range of the values and 5 % on either side; of a constant, a range that shows it in the middle. */
function paddedExtent(values: number[]): [number, number] {
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  const margin = 0.05 * (high - low) || 0.1 * Math.abs(high) || 1;
  return [low - margin, high + margin];
}

function linearScale([from, to]: [number, number], [start, end]: [number, number]): Scale {
  return (value) => start + ((value - from) / (to - from)) * (end - start);
}

/** About `count` multiples of 1, 2 or 5 times a power of ten. */
function ticks(low: number, high: number, count: number, least = 0): number[] {
  const magnitude = 10 ** Math.floor(Math.log10((high - low) / count));
  const step = Math.max(least, magnitude * [1, 2, 5, 10].find((factor) => factor * magnitude * count >= high - low)!);
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, index) => (first + index) * step);
}

function valueAxis(low: number, high: number, y: Scale): string[] {
  return ticks(low, high, 6).flatMap((value) => {
    const at = round(y(value));
    return [
      `<line x1="${plot.left}" x2="${plot.right}" y1="${at}" y2="${at}" stroke="${colors.grid}"/>`,
      text(plot.left - 8, at + 4, 'end', String(Number(value.toPrecision(10)))),
    ];
  });
}

/** Steps are counted from the last observed one, where a dashed line divides history from forecast. */
function stepAxis(historyLength: number, lastStep: number, labels: string[], x: Scale): string[] {
  const now = historyLength - 1;
  const marks = ticks(-now, lastStep - now, 8, 1).flatMap((offset) => {
    const at = round(x(now + offset));
    const label = labels[now + offset] ?? (offset > 0 ? `+${offset}` : String(offset));
    return [
      `<line x1="${at}" x2="${at}" y1="${plot.bottom}" y2="${plot.bottom + 5}" stroke="${colors.text}"/>`,
      text(at, plot.bottom + 20, 'middle', label),
    ];
  });
  const at = round(x(now));
  return [
    `<line x1="${plot.left}" x2="${plot.right}" y1="${plot.bottom}" y2="${plot.bottom}" stroke="${colors.text}"/>`,
    `<line x1="${at}" x2="${at}" y1="${plot.top}" y2="${plot.bottom}" stroke="${colors.text}" stroke-dasharray="2 3"/>`,
    ...marks,
  ];
}

function legend(bands: Band[], lines: QuantileSeries[]): string[] {
  const line = (style: string) => `<line x2="22" y1="-4" y2="-4" ${style}/>`;
  const entries: [mark: string, name: string][] = [
    [line(`stroke="${colors.history}" stroke-width="1.5"`), 'observed'],
    ...lines.map(({ level }): [string, string] => [
      line(lineStyle(level)),
      isSame(level, 0.5) ? 'median' : `${percent(level)} % quantile`,
    ]),
    // Each band lies over the wider ones, so that its colour is theirs and its own.
    ...bands.map(([lower, upper], index): [string, string] => [
      `<rect y="-10" width="22" height="11" fill="${colors.forecast}" fill-opacity="${round(1 - 0.8 ** (index + 1))}"/>`,
      `${percent(upper.level - lower.level)} % interval`,
    ]),
  ];
  return entries.map(
    ([mark, name], index) =>
      `<g transform="translate(${plot.left + 130 * index} 44)">${mark}${text(28, 0, 'start', name)}</g>`,
  );
}

function text(x: number, y: number, anchor: string, content: string): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" fill="${colors.text}">${escapeXml(content)}</text>`;
}

function percent(fraction: number): number {
  return Number((100 * fraction).toPrecision(4));
}

/** Hundredths of a pixel are enough. */
function round(value: number): number {
  return Math.round(100 * value) / 100;
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escapeXml(content: string): string {
  return content.replace(/[&<>"]/g, (character) => entities[character]!);
}
