import { type Checks, checkBoolean, checkFunction, checkInstance, checkInteger, readOptions } from '../check';
import { invalidArgument, LibtorchGenerativeError } from '../errors';
import { type NativeRandomGenerator, native } from '../native/addon';
import type { DType } from '../native/handle';
import { checkDType, readShape } from './checks';
import { checkDevice, cudaDeviceCount, type Device, resolveDevice } from './device';
import { Tensor } from './tensor';
import { checkTensor } from './tensor-memory';

/**
 * A sequence of random numbers of its own, PyTorch's `torch.Generator` on the CPU (Mersenne Twister). Functions such as
 * {@link randn} draw from this thread's own generator if they are given none.
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
   * A new sequence.
   *
   * @param seed as in {@link manualSeed}; default a fixed one, PyTorch's 67280421310721
   */
  constructor(seed?: number | bigint) {
    if (seed !== undefined) this.manualSeed(seed);
  }

  /** Starts the sequence of a seed, as in {@link manualSeed}. */
  manualSeed(seed: number | bigint): this {
    checkSeed(seed);
    native().manualSeed(seed, this.native);
    return this;
  }
  /** The whole state, to be continued by {@link RandomGenerator.setState}. */
  getState(): Uint8Array {
    return native().generatorState(this.native);
  }
  /** Continues from a state. @throws ERR_LIBTORCH if it is none */
  setState(state: Uint8Array): void {
    native().setGeneratorState(state, this.native);
  }
}

/**
 * Starts this thread's sequence, and those of the CUDA devices, as `torch.manual_seed` does.
 *
 * @param seed an integer of 64 bits; beyond 2^53 - 1 as a bigint
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
 * The state of this thread's generator, or of a CUDA device's.
 *
 * @param device default "cpu"
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

/** The add-on's name for a device's generator: none for this thread's own. */
function generatorOf(device: Device): string | undefined {
  const resolved = resolveDevice(device);
  return resolved === 'cpu' ? undefined : resolved;
}

/**
 * Continues from what {@link getGeneratorState} gave.
 *
 * @param device that the state is of; default "cpu"
 * @throws ERR_LIBTORCH if it is no state of such a generator
 * @example
 * ```ts
 * import { getGeneratorState, RandomGenerator, rand, setGeneratorState } from 'libtorch-generative';
 *
 * // Draws as if seeded with 7, then goes on as if nothing had been drawn.
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
 * The add-on's object.
 *
 * @param device what is drawn for; a CUDA device would draw from its own generator, without an error
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
    `A RandomGenerator draws on the CPU, not on ${device}: draw there and move what was drawn by to({ device })`,
  );
}

/** Throws unless `value` is a RandomGenerator. */
export function checkGenerator(name: string, value: unknown): void {
  checkInstance(name, value, RandomGenerator);
}

/**
 * Runs `body` with this thread's random numbers on the CPU as if just seeded; afterwards its own sequence continues.
 *
 * @internal For nets that the package makes: the caller's sequence must not notice them.
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

/** How random tensors are drawn. */
export interface RandomOptions<D extends DType = DType> {
  /** For the CPU only; default this thread's own, or the CUDA device's. */
  generator?: RandomGenerator | undefined;
  /** Default float32. */
  dtype?: D | undefined;
  /** Default "cpu". A CUDA device draws from libtorch's generator for it. */
  device?: Device | undefined;
  /** Whether gradients are recorded for it; default false. */
  requiresGrad?: boolean | undefined;
}

const OPTIONS: Checks<RandomOptions> = {
  generator: checkGenerator,
  dtype: checkDType,
  device: checkDevice,
  requiresGrad: checkBoolean,
};

/** How {@link randperm} draws. */
export type PermutationOptions = Pick<RandomOptions, 'generator' | 'device'>;

/** How {@link bernoulli} draws. */
export type BernoulliOptions = Pick<RandomOptions, 'generator'>;

/** How {@link multinomial} draws. */
export interface MultinomialOptions extends BernoulliOptions {
  /** Whether an index may be drawn again; default false. */
  replacement?: boolean | undefined;
}

/**
 * Standard normal numbers.
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
 * Uniform numbers in [0, 1).
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
 * A permutation of 0 to n - 1, int64.
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
 * 1 with the probability that each element gives, else 0; of the same shape and dtype.
 *
 * @param probabilities in [0, 1]
 * @throws ERR_LIBTORCH for others
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
 * Indices (..., numSamples) drawn in proportion to the rows of `weights` (..., K), int64.
 *
 * @param weights at least 0; they need not add up to 1
 * @throws ERR_LIBTORCH if a row adds up to 0, or without replacement for more samples than weights
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

/** A seed drawn as PyTorch's samplers draw theirs, from 0 to 2^63 - 1. */
export function randomSeed(): bigint {
  return native().randomSeed();
}
