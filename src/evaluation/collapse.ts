/** How varied a generator's samples are. */
export interface SampleVariety {
  /** Pixel-wise variety relative to as many real images; about 1 is ideal. */
  diversity: number;
  /** Number of samples classified as 0, 1, ...; undefined if the images are not digits. */
  digits?: readonly number[] | undefined;
}

/** On MNIST, healthy generators stay above 0.4 once they draw digits, collapsed ones below 0.25. */
const LEAST_DIVERSITY = 0.25;
/** Even the first epochs, when all samples are one blur, stay above it. */
const ALL_ALIKE = 0.1;
const FEWEST_DIGITS = 4;
/** Minimum share of all samples for a digit to count as drawn. */
const LEAST_SHARE = 0.01;
/** A digit is missing if its share is below this fraction of its share of the real images. */
const LEAST_OF_REAL_SHARE = 0.1;

/**
 * Describes how a generator has collapsed; undefined if it has not.
 *
 * @param isYoung true in the first steps of training, when even a healthy generator draws one blur
 */
export function describeCollapse({ diversity, digits }: SampleVariety, isYoung = false): string | undefined {
  if (diversity < (isYoung ? ALL_ALIKE : LEAST_DIVERSITY)) {
    return `its samples are nearly identical, or repeat a few images (${diversity.toFixed(2)} of the real images' variety)`;
  }
  if (isYoung || !digits) return undefined;
  const total = sum(digits);
  const drawn = [...digits.keys()].filter((digit) => digits[digit]! >= LEAST_SHARE * total);
  return drawn.length < FEWEST_DIGITS ? `it draws almost only the digits ${drawn.join(', ')}` : undefined;
}

/** Returns the digits whose share of the generated images is below a tenth of their share of the real ones. */
export function missingDigits(generated: readonly number[], real: readonly number[]): number[] {
  const share = (digits: readonly number[], digit: number) => digits[digit]! / sum(digits);
  return [...real.keys()].filter((digit) => share(generated, digit) < LEAST_OF_REAL_SHARE * share(real, digit));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
