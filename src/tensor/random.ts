import { type Checks, checkBoolean, checkFunction, checkInstance, checkInteger, readOptions } from '../check';
import { invalidArgument, LibtorchGenerativeError } from '../errors';
import { type NativeRandomGenerator, native } from '../native/addon';
import type { DType } from '../native/handle';
import { checkDType, readShape } from './checks';
import { checkDevice, cudaDeviceCount, type Device, resolveDevice } from './device';
import { Tensor } from './tensor';
import { checkTensor } from './tensor-memory';

/**
 * An independent random number generator, PyTorch's `torch.Generator` on the CPU (Mersenne Twister). Without one,
 * functions such as {@link randn} draw from this thread's generator.
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.Generator.html
 * @example
 * ```ts
 * import { RandomGenerator, randn } from 'libtorch-generative';
 *
 * const generator = new RandomGenerator(7);
 * const state = generator.getState();
 * const first = randn([4], { generator });
 * generator.setState(state);
 * console.log(randn([4], { generator }).equal(first)); // true
 * ```
 */
export class RandomGenerator {
  /** @internal */
  readonly native: NativeRandomGenerator = new (native().RandomGenerator)();

  /**
   * Creates a generator.
   *
   * @param seed as in {@link manualSeed}. Default 67280421310721, as in PyTorch.
   */
  constructor(seed?: number | bigint) {
    if (seed !== undefined) this.manualSeed(seed);
  }

  /** Restarts the generator from a seed, as in {@link manualSeed}. @returns the generator */
  manualSeed(seed: number | bigint): this {
    checkSeed(seed);
    native().manualSeed(seed, this.native);
    return this;
  }
  /** Returns the complete state, for {@link RandomGenerator.setState}. */
  getState(): Uint8Array {
    return native().generatorState(this.native);
  }
  /** Continues from a state. @throws ERR_LIBTORCH if it is invalid */
  setState(state: Uint8Array): void {
    native().setGeneratorState(state, this.native);
  }
}

/**
 * Seeds this thread's generator and those of the CUDA devices, as `torch.manual_seed` does.
 *
 * @param seed a 64-bit integer; a bigint beyond 2^53 - 1
 * @throws ERR_INVALID_ARGUMENT
 * @see https://docs.pytorch.org/docs/stable/generated/torch.manual_seed.html
 * @example
 * ```ts
 * import { manualSeed, rand } from 'libtorch-generative';
 *
 * manualSeed(7);
 * console.log(rand([2]).toArray()); // Float32Array(2) [ 0.5349225401878357, 0.19880318641662598 ]
 * ```
 */
export function manualSeed(seed: number | bigint): void {
  checkSeed(seed);
  native().manualSeed(seed);
}

function checkSeed(seed: unknown): void {
  if (typeof seed === 'bigint' || Number.isSafeInteger(seed)) return; // the add-on checks a bigint's size
  throw invalidArgument('seed', 'an integer (beyond 2^53 - 1 as a bigint)', seed);
}

/**
 * Returns the state of this thread's generator, or of a CUDA device's.
 *
 * @param device whose generator to read. Default "cpu".
 * @example
 * ```ts
 * import { getGeneratorState, randn, setGeneratorState } from 'libtorch-generative';
 *
 * const state = getGeneratorState();
 * const first = randn([4]);
 * setGeneratorState(state);
 * console.log(randn([4]).equal(first)); // true
 * ```
 */
export function getGeneratorState(device: Device = 'cpu'): Uint8Array {
  return native().generatorState(generatorOf(device));
}

/** Returns the add-on's name for a device's generator: undefined for this thread's own. */
function generatorOf(device: Device): string | undefined {
  const resolved = resolveDevice(device);
  return resolved === 'cpu' ? undefined : resolved;
}

/**
 * Restores a state that {@link getGeneratorState} returned.
 *
 * @param device whose generator to restore. Default "cpu".
 * @throws ERR_LIBTORCH if the state is not one of such a generator
 * @example
 * ```ts
 * import { getGeneratorState, RandomGenerator, rand, setGeneratorState } from 'libtorch-generative';
 *
 * // Draws as if seeded with 7, then continues as if nothing had been drawn.
 * const before = getGeneratorState();
 * setGeneratorState(new RandomGenerator(7).getState());
 * const drawn = rand([2]);
 * setGeneratorState(before);
 * console.log(drawn.equal(rand([2], { generator: new RandomGenerator(7) }))); // true
 * ```
 */
export function setGeneratorState(state: Uint8Array, device: Device = 'cpu'): void {
  native().setGeneratorState(state, generatorOf(device));
}

/**
 * Returns the add-on's object for a generator.
 *
 * @param device where to draw; a CUDA device would silently draw from its own generator
 * @throws ERR_DEVICE if that is not the CPU
 */
export function nativeOf(
  generator: RandomGenerator | undefined,
  device: Device = 'cpu',
): NativeRandomGenerator | undefined {
  if (generator === undefined) return undefined;
  checkGenerator('generator', generator);
  if (device === 'cpu' || (device === 'auto' && cudaDeviceCount() === 0)) return generator.native;
  throw new LibtorchGenerativeError(
    'ERR_DEVICE',
    `A RandomGenerator draws on the CPU, not on ${device}: draw on the CPU, then move the tensor with to({ device })`,
  );
}

/** Throws unless `value` is a RandomGenerator. */
export function checkGenerator(name: string, value: unknown): void {
  checkInstance(name, value, RandomGenerator);
}

/**
 * Runs `body` with this thread's CPU generator freshly seeded; afterwards its own sequence continues.
 *
 * @internal For models that the package creates: they must not affect the caller's sequence.
 */
export function withSeed<T>(seed: number, body: () => T): T {
  checkFunction('body', body);
  const generator = new RandomGenerator(seed).native;
  native().exchangeGenerators(generator);
  try {
    return body();
  } finally {
    native().exchangeGenerators(generator);
  }
}

/** Options of a random tensor. */
export interface RandomOptions<D extends DType = DType> {
  /** CPU only. Default: this thread's generator, or the CUDA device's. */
  generator?: RandomGenerator | undefined;
  /** Default float32. */
  dtype?: D | undefined;
  /** Default "cpu". A CUDA device draws from libtorch's generator for that device. */
  device?: Device | undefined;
  /** Whether to record gradients for it. Default false. */
  requiresGrad?: boolean | undefined;
}

const OPTIONS: Checks<RandomOptions> = {
  generator: checkGenerator,
  dtype: checkDType,
  device: checkDevice,
  requiresGrad: checkBoolean,
};

/** Options of {@link randperm}. */
export type PermutationOptions = Pick<RandomOptions, 'generator' | 'device'>;

/** Options of {@link bernoulli}. */
export type BernoulliOptions = Pick<RandomOptions, 'generator'>;

/** Options of {@link multinomial}. */
export interface MultinomialOptions extends BernoulliOptions {
  /** Whether an index may be drawn more than once. Default false. */
  replacement?: boolean | undefined;
}

/**
 * Draws standard normal numbers.
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.randn.html
 * @example
 * ```ts
 * import { RandomGenerator, randn } from 'libtorch-generative';
 *
 * const noise = randn([64, 100], { generator: new RandomGenerator(1) });
 * console.log(noise.shape, noise.dtype); // [ 64, 100 ] float32
 * ```
 */
export function randn<D extends DType = 'float32'>(shape: number[], options?: RandomOptions<D>): Tensor<D> {
  return draw('randn', shape, options);
}

function draw<D extends DType>(kind: 'rand' | 'randn', shape: number[], options?: RandomOptions<D>): Tensor<D> {
  const sizes = readShape('shape', shape);
  const { generator, dtype, device, requiresGrad = false } = readOptions(options, OPTIONS);
  const drawn = new Tensor<D>(native()[kind](sizes, nativeOf(generator, device), dtype, device));
  return requiresGrad ? drawn.requiresGrad_() : drawn;
}

/**
 * Draws uniform numbers in [0, 1).
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.rand.html
 * @example
 * ```ts
 * import { rand } from 'libtorch-generative';
 *
 * const x = rand([1000]);
 * console.log(x.min().item() >= 0, x.max().item() < 1); // true true
 * ```
 */
export function rand<D extends DType = 'float32'>(shape: number[], options?: RandomOptions<D>): Tensor<D> {
  return draw('rand', shape, options);
}

/**
 * Draws a random permutation of 0 to n - 1, int64.
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.randperm.html
 * @example
 * ```ts
 * import { randperm } from 'libtorch-generative';
 *
 * console.log(randperm(5).sum().item()); // 10
 * ```
 */
export function randperm(n: number, options?: PermutationOptions): Tensor<'int64'> {
  checkInteger('n', n, { min: 0 });
  const { generator, device } = readOptions(options, PERMUTATION_OPTIONS);
  return new Tensor(native().randperm(n, nativeOf(generator, device), device));
}

const PERMUTATION_OPTIONS: Checks<PermutationOptions> = { generator: checkGenerator, device: checkDevice };

/**
 * Draws 1 with the probability in each element, else 0; returns a tensor of the same shape and dtype.
 *
 * @param probabilities in [0, 1]
 * @throws ERR_LIBTORCH if a probability is outside [0, 1]
 * @example
 * ```ts
 * import { bernoulli, tensor } from 'libtorch-generative';
 *
 * console.log(bernoulli(tensor([0, 1, 1])).toArray()); // Float32Array(3) [ 0, 1, 1 ]
 * ```
 */
export function bernoulli<D extends DType>(probabilities: Tensor<D>, options?: BernoulliOptions): Tensor<D> {
  checkTensor('probabilities', probabilities);
  const { generator } = readOptions(options, { generator: checkGenerator });
  const { handle, device } = probabilities;
  return new Tensor(native().bernoulli(handle, nativeOf(generator, device)));
}

/**
 * Draws indices (..., numSamples), int64, in proportion to the rows of `weights` (..., K).
 *
 * @param weights at least 0; they need not sum to 1
 * @throws ERR_LIBTORCH if a row sums to 0, or without replacement if there are more samples than weights
 * @example
 * ```ts
 * import { multinomial, tensor } from 'libtorch-generative';
 *
 * const drawn = multinomial(tensor([[0, 1], [1, 0]]), 3, { replacement: true });
 * console.log(drawn.toArray()); // BigInt64Array(6) [ 1n, 1n, 1n, 0n, 0n, 0n ]
 * ```
 */
export function multinomial(weights: Tensor, numSamples: number, options?: MultinomialOptions): Tensor<'int64'> {
  checkTensor('weights', weights);
  checkInteger('numSamples', numSamples, { min: 1 });
  const { generator, replacement = false } = readOptions(options, MULTINOMIAL_OPTIONS);
  const { handle, device } = weights;
  return new Tensor(native().multinomial(handle, numSamples, replacement, nativeOf(generator, device)));
}

const MULTINOMIAL_OPTIONS: Checks<MultinomialOptions> = { generator: checkGenerator, replacement: checkBoolean };

/** Draws a seed from 0 to 2^63 - 1, as PyTorch's samplers do. */
export function randomSeed(): bigint {
  return native().randomSeed();
}
