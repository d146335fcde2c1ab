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
  /**
   * (horizon - 1, inputDim - 1) scaled: what the model reads beside the value, in row s together with the value drawn
   * at step s. Required of a model with such inputs, refused by others.
   */
  known?: Tensor;
}

/**
 * Draws joint futures of a scaled series: each step is sampled and fed back, with the hidden state carried along.
 *
 * @param model its first input is the value, the others are known in advance
 * @param history (T, inputDim) scaled as in training, the last step last
 * @returns (paths, horizon), scaled
 * @throws ERR_SHAPE unless the model predicts one value a step, and for a history or known inputs that don't fit it
 */
export function forecastPaths(model: MdnRnn, history: Tensor, options: ForecastOptions = {}): Tensor {
  const { horizon = 24, paths = 500, temperature = 1, seed = 0, known } = options;
  checkSize('horizon', horizon);
  checkSize('paths', paths);
  checkNumber('temperature', temperature, { above: 0 });
  checkShapes(model, history, horizon, known);
  const generator = new RandomGenerator(seed);
  return noGrad(() =>
    scope(() => {
      const { raw, hidden } = model.step(history.unsqueeze(0));
      const first = sampleMixture(raw.expand(paths, -1, -1), { temperature, generator }); // (paths, 1)
      if (horizon === 1) return first;
      const state = hidden.squeeze(0).expand(paths, -1).contiguous(); // (paths, H)
      return cat([first, rollOut(model, first, state, horizon - 1, { temperature, generator }, known)], 1);
    }),
  );
}

function checkShapes({ inputDim, outputDim }: MdnRnn, history: Tensor, horizon: number, known?: Tensor): void {
  if (outputDim !== 1) throw shapeError('a model with outputDim 1', 'a forecast', `outputDim ${outputDim}`);
  const { shape } = history;
  if (shape.length !== 2 || shape[1] !== inputDim) {
    throw shapeError(`a Tensor of shape (T,${inputDim})`, 'history', `(${shape})`);
  }
  const expected = `(${horizon - 1},${inputDim - 1})`;
  const received = known ? `(${known.shape})` : 'undefined';
  if (inputDim === 1 && known) throw shapeError('undefined, as inputDim is 1,', 'known', received);
  const isNeeded = inputDim > 1 && horizon > 1;
  if ((isNeeded || known) && received !== expected)
    throw shapeError(`a Tensor of shape ${expected}`, 'known', received);
}

function shapeError(expected: string, name: string, received: string): LibtorchGenerativeError {
  return new LibtorchGenerativeError('ERR_SHAPE', `Expected ${expected} for ${name} but received ${received}`);
}

/** The next `steps` values (P, steps) of paths at the values (P, 1) and states (P, H). */
function rollOut(
  model: MdnRnn,
  value: Tensor,
  hidden: Tensor,
  steps: number,
  options: DrawOptions,
  known?: Tensor,
): Tensor {
  if (!model.exact && !known) {
    const parameters = model.parameters().map(handleOf);
    const { varianceFloor = VARIANCE_FLOOR, temperature = 1, generator } = options;
    const [from, state, source] = [handleOf(value), handleOf(hidden), nativeOf(generator)];
    const paths = native().rollOut(parameters, from, state, steps, varianceFloor, temperature, source);
    if (paths !== undefined) return new Tensor(paths);
  }
  const values: Tensor[] = [];
  let last = { value, hidden: hidden.unsqueeze(0) };
  while (values.length < steps) {
    const beside = known?.select(0, values.length).expand(value.shape[0]!, -1); // (P, I - 1)
    const input = beside ? cat([last.value, beside], 1) : last.value; // (P, I)
    const next = model.step(input.unsqueeze(1), last.hidden);
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
