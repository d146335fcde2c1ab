import { LibtorchGenerativeError } from '../errors';
import { forecastPaths, sortedQuantile, sortedSteps } from '../models/forecast';
import type { MdnRnn } from '../models/mdn-rnn';
import { scope } from '../tensor/scope';
import { integrate } from './differencing';
import type { Encoding } from './encoding';
import { type PathOptions, seedAt } from './forecast-options';
import type { Series } from './series';
import { type Continued, drawSmoothedPaths } from './smoothed-paths';
import { SmoothingEncoding } from './smoothing-encoding';

/** A model, how it sees series, and how far its forecasts are widened: a {@link Forecaster}. */
export interface PathDrawer {
  readonly model: MdnRnn;
  encodingsFor(series: Series): readonly Encoding[];
  readonly spread: readonly number[];
  readonly ownSpread: ReadonlyMap<string, number>;
  spreadAt(step: number, name: string): number;
}

/** Paths to draw. */
export interface PathsWanted extends Required<PathOptions> {
  series: Series;
}

/** The paths of a series that are of one encoding. */
interface Part {
  encoding: Encoding;
  /** The position of the wanted paths that these are part of. */
  of: number;
  /** The first of these paths, and the distance to the next. */
  first: number;
  stride: number;
  continued: Continued;
}

/**
 * Draws joint futures of many series, as far as possible in the same steps of the model. The paths of a series are the same
 * to the last bit whatever is drawn beside them.
 *
 * @returns for each wanted (paths, horizon), in the data's units
 * @throws as {@link Forecaster.paths}
 */
export function drawPaths(drawer: PathDrawer, wanted: readonly PathsWanted[]): Float64Array[] {
  const results = wanted.map(({ paths, horizon }) => new Float64Array(paths * horizon));
  for (const group of groups(
    wanted.flatMap((each, of) => partsOf(drawer, each, of)),
    wanted,
  )) {
    const { horizon, temperature } = wanted[group[0]!.of]!;
    const { encoding } = group[0]!;
    const continued = group.map((part) => part.continued);
    const options = { horizon, temperature };
    const drawn =
      encoding instanceof SmoothingEncoding
        ? drawSmoothedPaths(drawer.model, encoding, continued, options)
        : continued.map((each) => scope(() => drawWindowedPaths(drawer.model, encoding, each, options)));
    for (const [index, { of, first, stride }] of group.entries()) {
      const linked = drawn[index]!;
      widen(linked, horizon, wideningOf(drawer, wanted[of]!));
      const result = results[of]!;
      for (let position = 0; position < linked.length; position++) {
        const step = position % horizon;
        const path = (position - step) / horizon;
        result[(path * stride + first) * horizon + step] = checkFinite(
          encoding.link.invertOne(linked[position]!),
          step,
        );
      }
    }
  }
  return results;
}

/** Path p is of encoding p modulo their number, so that it does not depend on the number of paths. */
function partsOf(drawer: PathDrawer, { series, paths, seed }: PathsWanted, of: number): Part[] {
  const encodings = drawer.encodingsFor(series);
  const stride = encodings.length;
  return encodings.flatMap((encoding, first) => {
    const own = Math.ceil((paths - first) / stride);
    if (own === 0) return [];
    const continued = { series, paths: own, seed: seedAt(seedOf(series.name, seed), first) };
    return { encoding, of, first, stride, continued };
  });
}

/** Groups parts that can be drawn together. */
function groups(parts: readonly Part[], wanted: readonly PathsWanted[]): Part[][] {
  const all: Part[][] = [];
  for (const part of parts) {
    const { horizon, temperature } = wanted[part.of]!;
    const fits = all.find(([{ encoding, of } = part]) => {
      const other = wanted[of]!;
      return encoding === part.encoding && other.horizon === horizon && other.temperature === temperature;
    });
    if (fits) fits.push(part);
    else all.push([part]);
  }
  return all;
}

function drawWindowedPaths(
  model: MdnRnn,
  encoding: Exclude<Encoding, SmoothingEncoding>,
  { series, ...draw }: Continued,
  { horizon, temperature }: { horizon: number; temperature: number },
): Float64Array {
  const { device } = model.parameters()[0]!;
  const { rows, scaler, past } = encoding.history(series);
  const known = encoding.known(series, horizon)?.to({ device });
  const drawn = forecastPaths(model, rows.to({ device }), { ...draw, horizon, temperature, known });
  const { mean, deviation } = scaler;
  const paths = new Float64Array(drawn.toArray() as Float32Array);
  for (let position = 0; position < paths.length; position++) paths[position] = paths[position]! * deviation + mean;
  if (past.length > 0) integrate(paths, horizon, past);
  return paths;
}

/** Returns the factor of each step; undefined where none is widened. */
function wideningOf(drawer: PathDrawer, { series, horizon }: PathsWanted): number[] | undefined {
  if (drawer.spread.length === 0 && !drawer.ownSpread.has(series.name)) return undefined;
  return Array.from({ length: horizon }, (_, step) => drawer.spreadAt(step, series.name));
}

/** Widens paths (paths, horizon) about each step's median, in the link's units. */
function widen(paths: Float64Array, horizon: number, factors: number[] | undefined): void {
  if (!factors) return;
  const medians = sortedSteps(paths, horizon).map((draws) => sortedQuantile(draws, 0.5));
  for (let index = 0; index < paths.length; index++) {
    const step = index % horizon;
    paths[index] = medians[step]! + factors[step]! * (paths[index]! - medians[step]!);
  }
}

/** Throws ERR_NOT_FINITE unless a forecast value is finite. */
export function checkFinite(value: number, step: number): number {
  if (Number.isFinite(value)) return value;
  throw new LibtorchGenerativeError(
    'ERR_NOT_FINITE',
    `The forecast overflows at step ${step + 1}: the series is too far from the training data`,
  );
}

/** Derives a seed from a name by FNV-1a, so that a series' draws do not depend on the other series. */
function seedOf(name: string, seed: number): number {
  if (name === '') return seed;
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(name)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return seed < 0 ? seed + hash : seed - hash; // stays a safe integer
}
