import { LibtorchGenerativeError } from '../errors';
import { native } from '../native/addon';
import { checkNumber, checkSize } from '../nn/check';
import { noGrad } from '../tensor/autograd';
import { cat } from '../tensor/creation';
import { nativeOf, RandomGenerator } from '../tensor/random';
import { scope } from '../tensor/scope';
import { handleOf, Tensor } from '../tensor/tensor';
import type { MdnRnn } from './mdn-rnn';
import { type DrawOptions, sampleMixture, VARIANCE_FLOOR } from './mixture';

export interface ForecastOptions {
  /** Steps past the history's end; default 24. */
  horizon?: number;
  /** Joint futures to draw; default 500. */
  paths?: number;
  /** See {@link Mixture}; default 1. */
  temperature?: number;
  /** Default 0. */
  seed?: number;
}

/**
 * Draws joint futures of a scaled series: each step is sampled and fed back, with the hidden state carried along.
 *
 * @param history (T, 1) scaled as in training, the last value last
 * @returns (paths, horizon), scaled
 * @throws ERR_SHAPE unless the model predicts what it reads, one value a step
 */
export function forecastPaths(model: MdnRnn, history: Tensor, options: ForecastOptions = {}): Tensor {
  const { horizon = 24, paths = 500, temperature = 1, seed = 0 } = options;
  checkSize('horizon', horizon);
  checkSize('paths', paths);
  checkNumber('temperature', temperature, { above: 0 });
  if (model.inputDim !== 1 || model.outputDim !== 1) {
    const dims = `${model.inputDim} to ${model.outputDim}`;
    throw new LibtorchGenerativeError(
      'ERR_SHAPE',
      `Expected a model from 1 value to 1 value for a forecast but it goes from ${dims}`,
    );
  }
  const generator = new RandomGenerator(seed);
  return noGrad(() =>
    scope(() => {
      const { raw, hidden } = model.step(history.unsqueeze(0));
      const first = sampleMixture(raw.expand(paths, -1, -1), { temperature, generator }); // (paths, 1)
      if (horizon === 1) return first;
      const state = hidden.squeeze(0).expand(paths, -1).contiguous(); // (paths, H)
      return cat([first, rollOut(model, first, state, horizon - 1, { temperature, generator })], 1);
    }),
  );
}

/** The next `steps` values (P, steps) of paths at the values (P, 1) and states (P, H). */
function rollOut(model: MdnRnn, value: Tensor, hidden: Tensor, steps: number, options: DrawOptions): Tensor {
  if (!model.exact) {
    const parameters = model.parameters().map(handleOf);
    const { varianceFloor = VARIANCE_FLOOR, temperature = 1, generator } = options;
    const [from, state, source] = [handleOf(value), handleOf(hidden), nativeOf(generator)];
    const paths = native().rollOut(parameters, from, state, steps, varianceFloor, temperature, source);
    if (paths !== undefined) return new Tensor(paths);
  }
  const values: Tensor[] = [];
  let last = { value, hidden: hidden.unsqueeze(0) };
  while (values.length < steps) {
    const next = model.step(last.value.unsqueeze(1), last.hidden);
    last = { value: sampleMixture(next.raw, options), hidden: next.hidden };
    values.push(last.value);
  }
  return cat(values, 1);
}

/**
 * The quantiles of each step over all paths, interpolated between neighbours as NumPy does.
 *
 * @param paths (P, horizon) values, row after row
 * @returns for each level, horizon values
 */
export function pathQuantiles(paths: Float64Array, horizon: number, levels: number[]): number[][] {
  const steps = sortedSteps(paths, horizon);
  return levels.map((level) => steps.map((sorted) => sortedQuantile(sorted, level)));
}

/** The values of all paths (P, horizon) at each step, in ascending order. */
export function sortedSteps(paths: Float64Array, horizon: number): Float64Array[] {
  const numPaths = paths.length / horizon;
  return Array.from({ length: horizon }, (_, step) =>
    Float64Array.from({ length: numPaths }, (_, path) => paths[path * horizon + step]!).sort(),
  );
}

/** A quantile of values in ascending order, interpolated between neighbours as NumPy does. */
export function sortedQuantile(sorted: Float64Array, level: number): number {
  const position = level * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (position - below);
}
