/** The largest mean of a Poisson distribution whose events are counted one by one. */
const MOST_COUNTED = 30;

/** Fast random numbers from a seed: xorshift128, which JavaScript computes faster than libtorch can be asked. */
export class Random {
  readonly #state = new Uint32Array(4);
  #spare = Number.NaN;

  constructor(seed: number) {
    let hash = seed >>> 0;
    for (let index = 0; index < 4; index++) {
      hash = (Math.imul(hash ^ (hash >>> 16), 0x45d9f3b) + 0x9e3779b9) >>> 0;
      this.#state[index] = hash || 1;
    }
    for (let round = 0; round < 20; round++) this.uniform();
  }

  /** In [0, 1). */
  uniform(): number {
    const state = this.#state;
    const first = state[0]!;
    let mixed = state[3]!;
    state[3] = state[2]!;
    state[2] = state[1]!;
    state[1] = first;
    mixed ^= mixed << 11;
    mixed ^= mixed >>> 8;
    state[0] = mixed ^ first ^ (first >>> 19);
    return state[0]! / 2 ** 32;
  }

  /** Standard normal, by the polar method. */
  normal(): number {
    const spare = this.#spare;
    this.#spare = Number.NaN;
    if (!Number.isNaN(spare)) return spare;
    for (;;) {
      const [x, y] = [this.between(-1, 1), this.between(-1, 1)];
      const squared = x * x + y * y;
      if (squared === 0 || squared >= 1) continue;
      const factor = Math.sqrt((-2 * Math.log(squared)) / squared);
      this.#spare = y * factor;
      return x * factor;
    }
  }

  /** Student's t, scaled to unit variance. */
  studentT(degrees: number): number {
    let squares = 0;
    for (let index = 0; index < degrees; index++) squares += this.normal() ** 2;
    return this.normal() / Math.sqrt(squares / (degrees - 2));
  }

  /** Of the gamma distribution with a shape and the mean 1, by Marsaglia and Tsang's method. */
  gamma(shape: number): number {
    if (shape < 1) return (this.gamma(shape + 1) * ((shape + 1) * this.uniform() ** (1 / shape))) / shape;
    const d = shape - 1 / 3;
    for (;;) {
      const normal = this.normal();
      const cube = (1 + normal / Math.sqrt(9 * d)) ** 3;
      if (cube > 0 && Math.log(1 - this.uniform()) < normal ** 2 / 2 + d * (1 - cube + Math.log(cube))) {
        return (d * cube) / shape;
      }
    }
  }

  /** Of the Poisson distribution; rounded from a normal one if the mean is large. */
  poisson(mean: number): number {
    if (mean > MOST_COUNTED) return Math.round(mean + Math.sqrt(mean) * this.normal());
    const least = Math.exp(-mean);
    let count = -1;
    for (let product = 1; product > least; count++) product *= 1 - this.uniform();
    return count;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.uniform();
  }

  /** Uniform on a logarithmic scale. */
  logBetween(low: number, high: number): number {
    return Math.exp(this.between(Math.log(low), Math.log(high)));
  }

  /** From 0 to `count` - 1. */
  integer(count: number): number {
    return Math.floor(this.uniform() * count);
  }

  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  pick<T>(values: readonly T[]): T {
    return values[this.integer(values.length)]!;
  }
}
