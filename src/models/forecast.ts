import { types } from 'node:util';
import { checkSize, readArray, reading, within } from '../check';
import { checkMemory } from '../check-memory';
import { invalidArgument, LibtorchGenerativeError, shapeText } from '../errors';
import { native } from '../native/addon';
import { checkModule } from '../nn/module';
import { readDeclared } from '../option';
import { noGrad } from '../tensor/autograd';
import { cat, zerosLike } from '../tensor/creation';
import { scope } from '../tensor/scope';
import { Tensor } from '../tensor/tensor';
import { checkTensor, handleOf } from '../tensor/tensor-memory';
import { FORECAST_OPTIONS, type ForecastPathsOptions } from './forecast-options';
import { MdnRnn, type MdnRnnStep } from './mdn-rnn';
import { Mixture, VARIANCE_FLOOR } from './mixture';
import { ROWS } from './rows';

const OPTIONS = { ...FORECAST_OPTIONS, known: { check: checkTensor } };

/**
 * Draws sample paths of a scaled series: each step is sampled and fed back into the model along with its hidden state.
 * For series in the data's units, see {@link Forecaster.paths}.
 *
 * @param model its first input is the value; any others are known in advance
 * @param history (T, inputDim), scaled as in training, most recent step last
 * @returns (paths, horizon), scaled
 * @throws ERR_SHAPE unless the model predicts one value per step and the history and known inputs fit it;
 *   ERR_INVALID_ARGUMENT if an option is out of range or the paths need more memory than is available
 * @example
 * ```ts
 * import { forecastPaths, MdnRnn, zeros } from 'libtorch-generative';
 *
 * const model = new MdnRnn({ hiddenDim: 16 });
 * const paths = forecastPaths(model, zeros([24, 1]), { horizon: 12, paths: 100, seed: 1 });
 * console.log(paths.shape); // [ 100, 12 ]
 * ```
 */
export function forecastPaths(model: MdnRnn, history: Tensor, options: ForecastPathsOptions = {}): Tensor {
  checkModule('model', model, MdnRnn);
  checkTensor('history', history);
  const { horizon = 24, paths = 500, temperature = 1, seed = 0, known } = readDeclared(options, OPTIONS);
  checkMemory('paths', paths, paths * horizon * Float32Array.BYTES_PER_ELEMENT);
  checkShapes(model, history, horizon, known);
  const roll = { horizon, paths, temperature, seed, known };
  const fused = model.exact ? undefined : fusedRollOut(model, history, roll);
  return fused ?? noGrad(() => scope(() => rollOut(model, history, roll)));
}

function checkShapes({ inputDim, outputDim }: MdnRnn, history: Tensor, horizon: number, known?: Tensor): void {
  if (outputDim !== 1) throw shapeError('a model with outputDim 1', 'a forecast', `outputDim ${outputDim}`);
  const { shape } = history;
  if (shape.length !== 2 || shape[1] !== inputDim) {
    throw shapeError(`a Tensor of shape [T, ${inputDim}]`, 'history', shapeText(shape));
  }
  const expected = shapeText([horizon - 1, inputDim - 1]);
  const received = known ? shapeText(known.shape) : 'undefined';
  if (inputDim === 1 && known) throw shapeError('undefined, as inputDim is 1,', 'known', received);
  const isNeeded = inputDim > 1 && horizon > 1;
  if ((isNeeded || known) && received !== expected)
    throw shapeError(`a Tensor of shape ${expected}`, 'known', received);
}

function shapeError(expected: string, name: string, received: string): LibtorchGenerativeError {
  return new LibtorchGenerativeError('ERR_SHAPE', `Expected ${expected} for ${name} but received ${received}`);
}

type RollOut = Required<Omit<ForecastPathsOptions, 'known'>> & Pick<ForecastPathsOptions, 'known'>;

/** Draws paths (paths, horizon) with a fused kernel; undefined if there is none for such tensors. */
function fusedRollOut(model: MdnRnn, history: Tensor, { known, ...options }: RollOut): Tensor | undefined {
  const parameters = model.parameters().map(handleOf);
  const paths = native().rollOut(parameters, handleOf(history), known && handleOf(known), {
    ...options,
    varianceFloor: VARIANCE_FLOOR,
  });
  return paths === undefined ? undefined : new Tensor(paths);
}

/** Draws the same paths with the model's own steps. */
function rollOut(model: MdnRnn, history: Tensor, { horizon, known, paths, seed, temperature }: RollOut): Tensor {
  const [read] = readHistories(model, [history]);
  const sampler = new PathSampler(model, [{ read: read!, paths, seed }], temperature);
  const values: Tensor[] = [];
  for (let step = 0; ; step++) {
    const value = sampler.draw(); // (P, 1)
    values.push(value);
    if (values.length === horizon) return cat(values, 1);
    sampler.feed(known ? cat([value, known.select(0, step).expand(paths, -1)], 1) : value);
  }
}

/** Where paths start, and how many to draw. */
export interface Start {
  /** What the model makes of the history. */
  read: MdnRnnStep;
  paths: number;
  seed: number;
}

/**
 * Draws paths step by step, of several histories at once, for inputs that depend on the values drawn. A path is the same
 * to the last bit whatever is drawn beside it. To be used in a scope and without gradients.
 */
export class PathSampler {
  readonly #model: MdnRnn;
  readonly #starts: readonly Start[];
  readonly #temperature: number;
  #raw: Tensor; // (P, K, 3), of all histories' paths together
  #hidden: Tensor; // (1, P, H)
  #step = 0;

  constructor(model: MdnRnn, starts: readonly Start[], temperature: number) {
    this.#model = model;
    this.#starts = starts;
    this.#temperature = temperature;
    this.#raw = cat(starts.map(({ read, paths }) => read.raw.expand(paths, -1, -1)));
    this.#hidden = cat(
      starts.map(({ read, paths }) => read.hidden.expand(-1, paths, -1)),
      1,
    );
  }

  /** Draws each path's next value: (P, 1), scaled. */
  draw(): Tensor {
    return scope(() => {
      const noise = this.#starts.map(({ paths, seed }) => new Tensor(native().pathNoise(seed, this.#step, paths)));
      return drawValues(new Mixture(this.#raw, { temperature: this.#temperature }), cat(noise, 1));
    });
  }

  /** @param inputs (P, inputDim), the inputs that follow the values drawn */
  feed(inputs: Tensor): void {
    const [raw, hidden] = [this.#raw, this.#hidden];
    ({ raw: this.#raw, hidden: this.#hidden } = scope(() => stepOf(this.#model, inputs.unsqueeze(1), hidden)));
    raw.dispose();
    hidden.dispose();
    this.#step++;
  }
}

/**
 * Returns what the model makes of histories (T, inputDim), each the same to the last bit whatever is beside it. To be used
 * in a scope and without gradients.
 *
 * @returns the raw mixture of the value after each, (1, K, 3), and the hidden state, (1, 1, H)
 */
export function readHistories(model: MdnRnn, histories: readonly Tensor[]): MdnRnnStep[] {
  const byLength = new Map<number, number[]>();
  for (const [index, { shape }] of histories.entries()) {
    const indices = byLength.get(shape[0]!) ?? [];
    indices.push(index);
    byLength.set(shape[0]!, indices);
  }
  const steps: MdnRnnStep[] = [];
  for (const indices of byLength.values()) {
    const { raw, hidden } = stepOf(model, cat(indices.map((index) => histories[index]!.unsqueeze(0))));
    for (const [row, index] of indices.entries()) {
      steps[index] = { raw: raw.slice(0, row, row + 1), hidden: hidden.slice(1, row, row + 1) };
    }
  }
  return steps;
}

/** {@link MdnRnn.step} with rows that do not depend on their number. */
function stepOf(model: MdnRnn, input: Tensor, hidden?: Tensor): MdnRnnStep {
  const rows = input.shape[0]!;
  const missing = (ROWS - (rows % ROWS)) % ROWS;
  if (missing === 0) return model.step(input, hidden);
  const filled = cat([input, zerosLike(input.select(0, 0)).expand(missing, -1, -1)]);
  const filledHidden = hidden && cat([hidden, zerosLike(hidden.select(1, 0)).unsqueeze(1).expand(-1, missing, -1)], 1);
  const { raw, hidden: last } = model.step(filled, filledHidden);
  return { raw: raw.slice(0, 0, rows), hidden: last.slice(1, 0, rows).contiguous() };
}

/**
 * Draws once from each path's mixture, (P, 1). The component is the first whose cumulative weight exceeds a uniform
 * number, or the last if rounding leaves none.
 *
 * @param pathNoise (2, P), uniform and normal numbers
 */
function drawValues({ means, variances, logWeights }: Mixture, pathNoise: Tensor): Tensor {
  const { dtype, device } = means;
  const noise = pathNoise.to({ dtype, device }).unsqueeze(-1); // (2, P, 1)
  const cumulated = logWeights.exp().cumsum(-1).slice(-1, 0, -1); // (P, K - 1)
  const component = cumulated.le(noise.select(0, 0)).sum(-1, { keepdim: true }); // (P, 1)
  const deviation = variances.gather(1, component).sqrt();
  return noise.select(0, 1).mul(deviation).add(means.squeeze(-1).gather(1, component));
}

/**
 * Returns the quantiles of each step over all paths, interpolated linearly as NumPy does.
 *
 * @param paths (P, horizon) values in row-major order, as {@link Forecaster.paths} returns them
 * @param horizon steps per path
 * @param levels from 0 to 1
 * @returns `horizon` values for each level
 * @throws ERR_INVALID_ARGUMENT if a level is outside [0, 1] or the length is not a multiple of `horizon`
 * @example
 * ```ts
 * import { pathQuantiles } from 'libtorch-generative';
 *
 * const paths = Float64Array.of(1, 10, 2, 20, 3, 30); // three paths of two steps
 * console.log(pathQuantiles(paths, 2, [0.5, 0.75])); // [ [ 2, 20 ], [ 2.5, 25 ] ]
 * ```
 */
export function pathQuantiles(paths: Float64Array, horizon: number, levels: number[]): number[][] {
  checkSize('horizon', horizon);
  const wanted = readArray('levels', levels, within({ min: 0, max: 1 }), 'an array of numbers');
  if (!types.isFloat64Array(paths)) throw invalidArgument('paths', 'a Float64Array', paths);
  const values = reading('paths', () => new Float64Array(paths)); // the real length, even if `length` is overridden
  if (values.length === 0 || values.length % horizon !== 0) {
    throw invalidArgument('paths', `one or more paths of ${horizon} values`, `${values.length} values`);
  }
  const steps = sortedSteps(values, horizon);
  return wanted.map((level) => steps.map((sorted) => sortedQuantile(sorted, level)));
}

/** Returns the values of all paths (P, horizon) at each step, in ascending order. */
export function sortedSteps(paths: Float64Array, horizon: number): Float64Array[] {
  return Array.from({ length: horizon }, (_, step) => valuesAt(paths, horizon, step).sort());
}

/** Returns the values of all paths (P, horizon) at a step. A loop takes a tenth of the time of `Float64Array.from`. */
export function valuesAt(paths: Float64Array, horizon: number, step: number): Float64Array {
  const values = new Float64Array(paths.length / horizon);
  for (let path = 0; path < values.length; path++) values[path] = paths[path * horizon + step]!;
  return values;
}

/** Returns a quantile of values in ascending order, interpolated linearly as NumPy does. */
export function sortedQuantile(sorted: Float64Array, level: number): number {
  const position = level * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  const part = position - below;
  // The difference of neighbours at opposite ends of the number range would overflow.
  return Number.isFinite(high - low) ? low + (high - low) * part : low * (1 - part) + high * part;
}
