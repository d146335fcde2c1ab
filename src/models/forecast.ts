import { types } from 'node:util';
import { checkSize, readArray, reading, within } from '../check';
import { checkMemory } from '../check-memory';
import { invalidArgument, LibtorchGenerativeError, shapeText } from '../errors';
import { native } from '../native/addon';
import { checkModule } from '../nn/module';
import { readDeclared } from '../option';
import { noGrad } from '../tensor/autograd';
import { cat } from '../tensor/creation';
import { scope } from '../tensor/scope';
import { Tensor } from '../tensor/tensor';
import { checkTensor, handleOf } from '../tensor/tensor-memory';
import { FORECAST_OPTIONS, type ForecastOptions } from './forecast-options';
import { MdnRnn } from './mdn-rnn';
import { Mixture, VARIANCE_FLOOR } from './mixture';

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
export function forecastPaths(model: MdnRnn, history: Tensor, options: ForecastOptions = {}): Tensor {
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

type RollOut = Required<Omit<ForecastOptions, 'known'>> & Pick<ForecastOptions, 'known'>;

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
function rollOut(model: MdnRnn, history: Tensor, { horizon, known, ...options }: RollOut): Tensor {
  const sampler = new PathSampler(model, history, options);
  const values: Tensor[] = [];
  for (let step = 0; ; step++) {
    const value = sampler.draw(); // (P, 1)
    values.push(value);
    if (values.length === horizon) return cat(values, 1);
    sampler.feed(known ? cat([value, known.select(0, step).expand(options.paths, -1)], 1) : value);
  }
}

/** Draws paths step by step, for inputs that depend on the values drawn. To be used in a scope and without gradients. */
export class PathSampler {
  readonly #model: MdnRnn;
  readonly #options: { paths: number; temperature: number; seed: number };
  #raw: Tensor; // (P, K, 3)
  #hidden: Tensor; // (1, P, H)
  #step = 0;

  /** @param history (T, inputDim), as in {@link forecastPaths} */
  constructor(model: MdnRnn, history: Tensor, options: { paths: number; temperature: number; seed: number }) {
    const { paths } = options;
    const { raw, hidden } = model.step(history.unsqueeze(0)); // (1, K, 3), (1, 1, H)
    this.#model = model;
    this.#options = options;
    this.#raw = raw.expand(paths, -1, -1);
    this.#hidden = hidden.expand(-1, paths, -1).contiguous();
  }

  /** Draws each path's next value: (P, 1), scaled. */
  draw(): Tensor {
    const { temperature, seed } = this.#options;
    return scope(() => drawValues(new Mixture(this.#raw, { temperature }), seed, this.#step));
  }

  /** @param inputs (P, inputDim), the inputs that follow the values drawn */
  feed(inputs: Tensor): void {
    const [raw, hidden] = [this.#raw, this.#hidden];
    ({ raw: this.#raw, hidden: this.#hidden } = scope(() => this.#model.step(inputs.unsqueeze(1), hidden)));
    raw.dispose();
    hidden.dispose();
    this.#step++;
  }
}

/**
 * Draws once from each path's mixture, (P, 1). The component is the first whose cumulative weight exceeds a uniform
 * number, or the last if rounding leaves none. The random numbers of a path and step do not depend on other paths.
 */
function drawValues({ means, variances, logWeights }: Mixture, seed: number, step: number): Tensor {
  const { dtype, device, shape } = means;
  const noise = new Tensor(native().pathNoise(seed, step, shape[0]!)).to({ dtype, device }).unsqueeze(-1); // (2, P, 1)
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
  const numPaths = paths.length / horizon;
  return Array.from({ length: horizon }, (_, step) =>
    Float64Array.from({ length: numPaths }, (_, path) => paths[path * horizon + step]!).sort(),
  );
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
