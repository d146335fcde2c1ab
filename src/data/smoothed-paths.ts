import { PathSampler } from '../models/forecast';
import type { MdnRnn, MdnRnnStep } from '../models/mdn-rnn';
import { tensor } from '../tensor/creation';
import type { Device } from '../tensor/device';
import { scope } from '../tensor/scope';
import type { SmoothedSeries } from './encoded-series';
import type { PathOptions } from './forecast-options';
import type { Series } from './series';
import type { KnownStep, SmoothingEncoding } from './smoothing-encoding';
import type { SmoothingFilters } from './smoothing-filters';

/** How many paths to draw, and from which random numbers. */
export interface PathDraws {
  paths: number;
  seed: number;
}

/** A series to continue, and the paths to draw. */
interface Continued extends PathDraws {
  encoded: SmoothedSeries;
}

type DrawOptions = Required<Pick<PathOptions, 'horizon' | 'temperature'>>;

/** More paths together are no faster, and need more memory. */
const MOST_TOGETHER = 4096;

/**
 * Draws paths of series past their ends, with many series at once in each of the model's steps. The paths of a series
 * are the same to the last bit whatever is drawn beside them.
 *
 * @returns for each series (paths, horizon) in the link's units
 */
export function drawSmoothedPaths(model: MdnRnn, wanted: readonly Continued[], options: DrawOptions): Float64Array[] {
  const continuations = wanted.map((each) => new Continuation(each, options.horizon));
  for (const batch of batches(continuations)) scope(() => drawTogether(model, batch, options));
  return continuations.map(({ values }) => values);
}

/** Returns batches of at most {@link MOST_TOGETHER} paths, unless of one series. */
function batches(continuations: readonly Continuation[]): Continuation[][] {
  const all: Continuation[][] = [];
  let paths = Infinity;
  for (const each of continuations) {
    if (paths + each.paths > MOST_TOGETHER) {
      all.push([]);
      paths = 0;
    }
    all.at(-1)!.push(each);
    paths += each.paths;
  }
  return all;
}

function drawTogether(model: MdnRnn, batch: readonly Continuation[], { horizon, temperature }: DrawOptions): void {
  const { device } = model.parameters()[0]!;
  const sampler = new PathSampler(model, batch, temperature);
  for (let step = 0; ; step++) {
    const drawn = scope(() => sampler.draw().toArray()) as Float32Array;
    let path = 0;
    for (const each of batch) {
      each.take(drawn.subarray(path, path + each.paths), step);
      path += each.paths;
    }
    if (step === horizon - 1) return;
    const inputs = inputsOf(batch, { rows: path, device });
    sampler.feed(inputs);
    inputs.dispose();
  }
}

/** Returns what the model reads before the next step: (P, inputDim). */
function inputsOf(batch: readonly Continuation[], { rows, device }: { rows: number; device: Device }) {
  const { inputDim } = batch[0]!;
  const inputs = new Float32Array(rows * inputDim);
  let path = 0;
  for (const each of batch) {
    each.write(inputs.subarray(path * inputDim));
    path += each.paths;
  }
  return tensor(inputs, { shape: [rows, inputDim], device });
}

/** The paths of one series. */
class Continuation {
  readonly paths: number;
  readonly seed: number;
  readonly horizon: number;
  readonly read: MdnRnnStep;
  /** (paths, horizon), in the link's units. */
  readonly values: Float64Array;
  readonly #encoding: SmoothingEncoding;
  readonly #series: Series;
  readonly #filters: SmoothingFilters;
  /** What is known of the step that is drawn next. */
  #known: KnownStep;

  constructor({ encoded: { encoding, series, history, read }, paths, seed }: Continued, horizon: number) {
    this.paths = paths;
    this.seed = seed;
    this.horizon = horizon;
    this.read = read;
    this.values = new Float64Array(paths * horizon);
    this.#encoding = encoding;
    this.#series = series;
    this.#filters = history.filters.copies(paths);
    this.#known = history.next;
  }

  get inputDim(): number {
    return this.#encoding.inputDim;
  }

  /** Takes what was drawn for a step, scaled, and moves the filters on. */
  take(drawn: Float32Array, step: number): void {
    const { horizon } = this;
    const values = this.#filters.unscale(drawn);
    const { effect } = this.#known;
    for (let path = 0; path < this.paths; path++) {
      const value = this.#encoding.link.settled(values[path]! + effect);
      this.values[path * horizon + step] = value;
      values[path] = value - effect;
    }
    if (step === horizon - 1) return;
    this.#filters.push(values);
    this.#known = this.#encoding.knownAt(this.#series, this.#series.values.length + step + 1);
  }

  /** Writes what the model reads before the next step: (paths, inputDim). */
  write(inputs: Float32Array): void {
    this.#encoding.writePaths(inputs, this.#filters, this.#known);
  }
}
