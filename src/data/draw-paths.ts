import { LibtorchGenerativeError } from '../errors';
import { forecastPaths, sortedQuantile, sortedSteps } from '../models/forecast';
import type { MdnRnn } from '../models/mdn-rnn';
import { scope } from '../tensor/scope';
import { integrate } from './differencing';
import type { EncodedSeries, SmoothedSeries, WindowedSeries } from './encoded-series';
import type { Encoding } from './encoding';
import { type PathOptions, seedAt } from './forecast-options';
import type { Series } from './series';
import { drawSmoothedPaths, type PathDraws } from './smoothed-paths';

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
  /** The series, by each of its encodings. */
  encoded: readonly EncodedSeries[];
}

/** The paths of a series that are of one encoding. */
interface Part<E extends EncodedSeries = EncodedSeries> extends PathDraws {
  encoded: E;
  /** The position of the wanted paths that these are part of. */
  of: number;
  /** The first of these paths, and the distance to the next. */
  first: number;
  stride: number;
}

/**
 * Draws joint futures of many series, as far as possible in the same steps of the model. The paths of a series are the same
 * to the last bit whatever is drawn beside them. To be used in a scope and without gradients.
 *
 * @returns for each wanted (paths, horizon), in the data's units
 * @throws as {@link Forecaster.paths}
 */
export function drawPaths(drawer: PathDrawer, wanted: readonly PathsWanted[]): Float64Array[] {
  const results = wanted.map(({ paths, horizon }) => new Float64Array(paths * horizon));
  for (const group of groups(wanted.flatMap(partsOf), wanted)) {
    const { horizon, temperature } = wanted[group[0]!.of]!;
    const options = { horizon, temperature };
    const drawn = areSmoothed(group)
      ? drawSmoothedPaths(drawer.model, group, options)
      : group.map((each) => scope(() => drawWindowedPaths(drawer.model, each as Part<WindowedSeries>, options)));
    for (const [index, { encoded, of, first, stride }] of group.entries()) {
      const linked = drawn[index]!;
      widen(linked, horizon, wideningOf(drawer, wanted[of]!));
      const result = results[of]!;
      for (let position = 0; position < linked.length; position++) {
        const step = position % horizon;
        const path = (position - step) / horizon;
        result[(path * stride + first) * horizon + step] = checkFinite(
          encoded.encoding.link.invertOne(linked[position]!),
          step,
        );
      }
    }
  }
  return results;
}

/** Path p is of encoding p modulo their number, so that it does not depend on the number of paths. */
function partsOf({ encoded, paths, seed }: PathsWanted, of: number): Part[] {
  const stride = encoded.length;
  return encoded.flatMap((each, first) => {
    const own = Math.ceil((paths - first) / stride);
    if (own === 0) return [];
    return { encoded: each, of, first, stride, paths: own, seed: seedAt(seedOf(each.series.name, seed), first) };
  });
}

/** Parts of a group have the same encoding. */
function areSmoothed(group: readonly Part[]): group is Part<SmoothedSeries>[] {
  return group[0]!.encoded.read !== undefined;
}

/** Groups parts that can be drawn together. */
function groups(parts: readonly Part[], wanted: readonly PathsWanted[]): Part[][] {
  const all: Part[][] = [];
  for (const part of parts) {
    const { horizon, temperature } = wanted[part.of]!;
    const fits = all.find(([{ encoded, of } = part]) => {
      const other = wanted[of]!;
      return (
        encoded.encoding === part.encoded.encoding && other.horizon === horizon && other.temperature === temperature
      );
    });
    if (fits) fits.push(part);
    else all.push([part]);
  }
  return all;
}

function drawWindowedPaths(
  model: MdnRnn,
  { encoded, paths: count, seed }: Part<WindowedSeries>,
  { horizon, temperature }: { horizon: number; temperature: number },
): Float64Array {
  const { rows, scaler, past } = encoded.history;
  const known = encoded.encoding.known(encoded.series, horizon)?.to({ device: rows.device });
  const drawn = forecastPaths(model, rows, { paths: count, seed, horizon, temperature, known });
  const { mean, deviation } = scaler;
  const paths = new Float64Array(drawn.toArray() as Float32Array);
  for (let position = 0; position < paths.length; position++) paths[position] = paths[position]! * deviation + mean;
  if (past.length > 0) integrate(paths, horizon, past);
  return paths;
}

/** Returns the factor of each step; undefined where none is widened. */
function wideningOf(drawer: PathDrawer, { encoded, horizon }: PathsWanted): number[] | undefined {
  const { series } = encoded[0]!;
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
