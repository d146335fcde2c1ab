import { SMOOTHING_WINDOW } from '../../src/data/smoothing-encoding';
import { bounded, NUM_SMOOTHING_INPUTS, SmoothingFilters } from '../../src/data/smoothing-filters';
import { tensor } from '../../src/tensor/creation';
import type { Tensor } from '../../src/tensor/tensor';
import type { PretrainedKind } from '../../src/training/pretrained';
import { Random } from './random';
import { drawSeries } from './synthetic-series';

/** Numbers per step: the target, then the inputs, as in a SmoothingEncoding's segments. */
export const WIDTH = 1 + NUM_SMOOTHING_INPUTS;
export const STEPS = SMOOTHING_WINDOW;

/** Returns the last steps of new series: (size, STEPS, WIDTH). */
export function drawBatch(random: Random, kind: PretrainedKind, size: number): Float32Array {
  const batch = new Float32Array(size * STEPS * WIDTH);
  for (let index = 0; index < size; index++) {
    const more = random.chance(0.5) ? random.integer(10) : Math.floor(random.logBetween(10, 250));
    const { values, season } = drawSeries(random, kind, (season) => 2 * Math.max(season, 2) + 24 + STEPS + more);
    const first = values.length - STEPS;
    SmoothingFilters.over(values, season, (filters, step) => {
      if (step < first) return;
      const at = (index * STEPS + step - first) * WIDTH;
      const scale = filters.scaleOf(0);
      // Counts are drawn by rounding, so that their density needs no spikes.
      const unrounded = kind === 'counts' ? (random.uniform() - 0.5) * Math.min(1, scale) : 0;
      batch[at] = bounded((values[step]! + unrounded - filters.originOf(0)) / scale);
      filters.write(batch, at + 1, WIDTH);
    });
  }
  return batch;
}

const [TEST_SEED, NUM_TESTS] = [999, 1000];

/** Returns the same series each time, to compare nets by: (NUM_TESTS, STEPS, WIDTH). */
export function testSegments(kind: PretrainedKind): Tensor {
  return tensor(drawBatch(new Random(TEST_SEED), kind, NUM_TESTS), { shape: [NUM_TESTS, STEPS, WIDTH] });
}
