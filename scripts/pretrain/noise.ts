import type { Random } from './random';

/** Errors of about unit variance: normal, with long tails, skewed, or of changing size. */
export class Noise {
  readonly #random: Random;
  readonly #length: number;
  /** Degrees of freedom of Student's t; 0 for normal errors. */
  readonly #degrees: number;
  readonly #skew: number;
  /** How much the size grows over the series, in logarithms. */
  readonly #growth: number;
  /** GARCH(1, 1): weights of the last squared error and of the last variance. */
  readonly #garch: { error: number; variance: number } | undefined;
  #variance = 1;
  #last = 0;

  constructor(random: Random, length: number) {
    this.#random = random;
    this.#length = length;
    this.#degrees = random.chance(0.5) ? 0 : 3 + random.integer(6);
    const error = random.between(0.05, 0.3);
    this.#garch = random.chance(0.2) ? { error, variance: random.between(0.5, 0.95 - error) } : undefined;
    this.#growth = random.chance(0.15) ? 1.2 * random.normal() : 0;
    this.#skew = random.chance(0.2) ? random.between(0.2, 0.8) * (random.chance(0.7) ? 1 : -1) : 0;
  }

  at(step: number): number {
    let error = this.#degrees > 0 ? this.#random.studentT(this.#degrees) : this.#random.normal();
    const skew = this.#skew;
    if (skew !== 0) error = (Math.exp(skew * Math.min(Math.max(error, -6), 6)) - Math.exp(skew ** 2 / 2)) / skew;
    if (this.#garch) {
      const { error: ofError, variance } = this.#garch;
      this.#variance = 1 - ofError - variance + ofError * this.#last ** 2 + variance * this.#variance;
      error = Math.sqrt(this.#variance) * Math.max(Math.min(error, 4), -4);
      this.#last = error;
    }
    return this.#growth === 0 ? error : error * Math.exp(this.#growth * (step / this.#length - 0.5));
  }
}
