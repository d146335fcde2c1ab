import { invalidArgument } from '../errors';
import { type NativeRandomGenerator, native } from '../native/addon';
import type { DType } from '../native/handle';
import { handleOf, Tensor } from './tensor';

/**
 * A sequence of random numbers of its own, PyTorch's `torch.Generator` on the CPU (Mersenne Twister).
 * The functions below draw from this thread's own generator if they are given none.
 */
export class RandomGenerator {
  /** @internal */
  readonly native: NativeRandomGenerator = new (native().RandomGenerator)();

  /** @param seed as in {@link manualSeed} */
  constructor(seed?: number | bigint) {
    if (seed !== undefined) this.manualSeed(seed);
  }

  manualSeed(seed: number | bigint): this {
    native().manualSeed(seed, this.native);
    return this;
  }
  /** The whole state, to be continued by {@link RandomGenerator.setState}. */
  getState(): Uint8Array {
    return native().generatorState(this.native);
  }
  setState(state: Uint8Array): void {
    native().setGeneratorState(state, this.native);
  }
}

/**
 * Starts this thread's sequence, and those of the CUDA devices, as `torch.manual_seed` does.
 *
 * @param seed an integer of 64 bits; beyond 2^53 - 1 as a bigint
 */
export function manualSeed(seed: number | bigint): void {
  if (typeof seed !== 'bigint' && !Number.isSafeInteger(seed)) {
    throw invalidArgument('seed', 'an integer (beyond 2^53 - 1 as a bigint)', seed);
  }
  native().manualSeed(seed);
}

/** The state of this thread's generator, or of a CUDA device's. @param device "cpu" (default) or "cuda:N" */
export function getGeneratorState(device = 'cpu'): Uint8Array {
  return native().generatorState(device === 'cpu' ? undefined : device);
}

export function setGeneratorState(state: Uint8Array, device = 'cpu'): void {
  native().setGeneratorState(state, device === 'cpu' ? undefined : device);
}

/** The add-on's object; what is no RandomGenerator goes through, for the add-on to refuse by name. */
/** What the add-on takes for a generator. */
export function nativeOf(generator: RandomGenerator | undefined): NativeRandomGenerator | undefined {
  return generator instanceof RandomGenerator ? generator.native : generator;
}

/**
 * Runs `body` with this thread's random numbers as if just seeded, and goes on with its own sequence afterwards.
 *
 * @internal For nets that a training of the user's must not notice.
 */
export function withSeed<T>(seed: number, body: () => T): T {
  const before = getGeneratorState();
  setGeneratorState(new RandomGenerator(seed).getState()); // not manualSeed, which seeds the CUDA devices too
  try {
    return body();
  } finally {
    setGeneratorState(before);
  }
}

export interface RandomOptions {
  generator?: RandomGenerator;
  /** Default float32. */
  dtype?: DType;
  /** Default "cpu". A CUDA device draws from libtorch's generator for it. */
  device?: string;
}

/** Standard normal numbers. */
export function randn(shape: number[], { generator, dtype, device }: RandomOptions = {}): Tensor {
  return new Tensor(native().randn(shape, nativeOf(generator), dtype, device));
}

/** Uniform numbers in [0, 1). */
export function rand(shape: number[], { generator, dtype, device }: RandomOptions = {}): Tensor {
  return new Tensor(native().rand(shape, nativeOf(generator), dtype, device));
}

/** A permutation of 0 to n - 1, int64. */
export function randperm(n: number, { generator, device }: Omit<RandomOptions, 'dtype'> = {}): Tensor {
  return new Tensor(native().randperm(n, nativeOf(generator), device));
}

/** 1 with the probability that each element gives, else 0. */
export function bernoulli(probabilities: Tensor, { generator }: Pick<RandomOptions, 'generator'> = {}): Tensor {
  return new Tensor(native().bernoulli(handleOf(probabilities), nativeOf(generator)));
}

/** Indices (..., numSamples) drawn in proportion to the rows of `weights` (..., K), int64. */
export function multinomial(
  weights: Tensor,
  numSamples: number,
  { replacement = false, generator }: { replacement?: boolean; generator?: RandomGenerator } = {},
): Tensor {
  return new Tensor(native().multinomial(handleOf(weights), numSamples, replacement, nativeOf(generator)));
}

/** A seed drawn as PyTorch's samplers draw theirs, from 0 to 2^63 - 1. */
export function randomSeed(): bigint {
  return native().randomSeed();
}
