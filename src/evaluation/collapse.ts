/** What a generator's samples look like from afar. */
export interface SampleVariety {
  /** The samples' variety beside as many real images, pixel by pixel; about 1 is right. */
  diversity: number;
  /** How many samples are taken for a 0, a 1, ...; undefined where the images are no digits. */
  digits?: readonly number[] | undefined;
}

/** Training on MNIST, healthy generators stay above 0.4 once they draw digits, and stuck ones below 0.25. */
const LEAST_DIVERSITY = 0.25;
/** Not even the first epochs, when all samples are one blur, come below it. */
const ALL_ALIKE = 0.1;
const FEWEST_DIGITS = 4;
/** Of all samples, for a digit to count as drawn. */
const LEAST_SHARE = 0.01;
/** A part of its share in the real images, below which a digit is missing. */
const LEAST_OF_REAL_SHARE = 0.1;

/**
 * Says how a generator has collapsed, or undefined if it hasn't.
 *
 * @param isYoung in the first steps of a training, when a healthy generator draws one blur too
 */
export function describeCollapse({ diversity, digits }: SampleVariety, isYoung = false): string | undefined {
  if (diversity < (isYoung ? ALL_ALIKE : LEAST_DIVERSITY)) {
    return `its samples are nearly all alike, or the same few (${diversity.toFixed(2)} of the real images' variety)`;
  }
  if (isYoung || !digits) return undefined;
  const total = sum(digits);
  const drawn = [...digits.keys()].filter((digit) => digits[digit]! >= LEAST_SHARE * total);
  return drawn.length < FEWEST_DIGITS ? `it draws hardly anything but the digits ${drawn.join(', ')}` : undefined;
}

/** The digits whose share of the generated images is under a tenth of that of the real ones. */
export function missingDigits(generated: readonly number[], real: readonly number[]): number[] {
  const share = (digits: readonly number[], digit: number) => digits[digit]! / sum(digits);
  return [...real.keys()].filter((digit) => share(generated, digit) < LEAST_OF_REAL_SHARE * share(real, digit));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
