import { describeCollapse, type SampleVariety } from './collapse';

/** The scores that show whether a generator has failed. */
export interface ProblemScores {
  frechet: number;
  recall: number;
  diversity: number;
}

/** The rows of an evaluation that are compared. */
export interface ProblemRows {
  generated: ProblemScores;
  real: Pick<ProblemScores, 'frechet'>;
  noise: Pick<ProblemScores, 'frechet'>;
}

/** Closer than this share of pixel noise's distance, samples begin to resemble the real images. */
const MOST_OF_NOISE = 0.5;
/** Below it, most kinds of real images are missing. Pixel noise has 0, the recommended preset 0.84 on MNIST. */
const LEAST_RECALL = 0.1;

/** Describes what is wrong with a generator's images; nothing for those that resemble the real ones and are varied. */
export function imageProblems({ generated, real, noise }: ProblemRows, digits?: SampleVariety['digits']): string[] {
  const collapse = describeCollapse({ diversity: generated.diversity, digits });
  return [
    ...(collapse ? [`the generator has collapsed: ${collapse}`] : []),
    ...(noise.frechet > 2 * real.frechet ? farFromReal(generated.frechet / noise.frechet) : []), // unless noise is real
    ...(generated.recall < LEAST_RECALL
      ? [`the samples cover only ${(100 * generated.recall).toFixed(1)} % of the real images (recall)`]
      : []),
  ];
}

function farFromReal(ofNoise: number): string[] {
  if (ofNoise <= MOST_OF_NOISE) return []; // also if both are 0
  const percent = `${Math.round(100 * ofNoise)} % of pixel noise's Fréchet distance`;
  return [
    `the samples are ${ofNoise >= 1 ? 'no closer to the real images than noise' : 'far from the real images'} (${percent})`,
  ];
}
