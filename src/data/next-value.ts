import type { Checks } from '../check';
import { invalidArgument } from '../errors';
import type { MdnRnn } from '../models/mdn-rnn';
import { Mixture } from '../models/mixture';
import { tensor } from '../tensor/creation';
import { scope } from '../tensor/scope';
import { checkFinite } from './draw-paths';
import type { EncodedSeries } from './encoded-series';
import { PATH_OPTIONS, toLevels } from './forecast-options';
import { Link } from './link';
import { mean } from './mean';
import { toElements } from './numbers';
import { shifted } from './series-encoding';
import type { LinkState } from './series-encoding-state';
import { Scaler } from './time-series';

/** The distribution of the value after a series' end, in the data's units: the model's mixture, exact, not sampled. */
export interface NextValue {
  /**
   * Returns the quantiles at the given levels.
   *
   * @param levels at least one, each above 0 and below 1
   * @throws ERR_INVALID_ARGUMENT for invalid levels; ERR_NOT_FINITE if a quantile overflows
   */
  quantiles(levels: readonly number[]): number[];
  /**
   * Returns the probability that the value is at most each of `values`.
   *
   * @throws ERR_INVALID_ARGUMENT for NaN
   */
  cdf(values: readonly number[]): number[];
}

/** The mixture of a series' next value, as one encoding sees it. It can be cloned from thread to thread. */
export interface NextMixture {
  /** (K, 3): the raw parameters of the scaled value's mixture. */
  raw: Float32Array;
  /** The scale of the value, in the link's units. */
  scale: { mean: number; deviation: number };
  link: LinkState;
}

/**
 * Returns the mixture of the value after a series, as one encoding sees it, the same to the last bit whatever is encoded
 * beside it. To be used in a scope and without gradients.
 */
export function nextMixture(model: MdnRnn, { encoding, history, read }: EncodedSeries): NextMixture {
  const raw = read?.raw ?? model.forward(history.rows.unsqueeze(0)); // (1, K, 3)
  const { mean, deviation } = shifted(history.scaler, history.past[0] ?? 0);
  const { name, unit } = encoding.link;
  return { raw: raw.toArray() as Float32Array, scale: { mean, deviation }, link: { name, unit } };
}

/** Options of {@link Forecaster.next}. */
export interface NextOptions {
  /** Above 1 makes the forecast less certain, below 1 more certain; default 1. */
  temperature?: number | undefined;
}

export const NEXT: Checks<NextOptions> = { temperature: PATH_OPTIONS.temperature };

/** How a mixture is changed before it is asked. */
interface Changes extends NextOptions {
  /** The factor by which the distribution is widened about its median. */
  spread: number;
}

/** Returns the distribution that is the mean of those of several mixtures. */
export function nextValue(mixtures: readonly NextMixture[], options: Changes): NextValue {
  const parts = mixtures.map((each) => ofMixture(each, options));
  return parts.length === 1 ? parts[0]! : pooled(parts);
}

function ofMixture({ raw, scale, link: { name, unit } }: NextMixture, { temperature, spread }: Changes): NextValue {
  const link = new Link(name, unit);
  const scaler = new Scaler(scale.mean, scale.deviation);
  const ask = <T>(question: (mixture: Mixture, median: number) => T): T =>
    scope(() => {
      const mixture = new Mixture(tensor(raw, { shape: [1, raw.length / 3, 3] }), { temperature });
      return question(mixture, mixture.quantile([0.5]).item());
    });
  return {
    quantiles: (levels) => {
      const asked = toLevels('levels', levels);
      return ask((mixture, median) =>
        Array.from(mixture.quantile(asked).toArray(), (quantile) => {
          const widened = median + spread * (quantile - median);
          return checkFinite(link.invertOne(widened * scaler.deviation + scaler.mean), 0);
        }),
      );
    },
    cdf: (values) => {
      const asked = toNumbersOrInfinity(values);
      return ask((mixture, median) => {
        const standard = asked.map((value) => {
          return median + ((link.upperOne(value) - scaler.mean) / scaler.deviation - median) / spread;
        });
        const levels = mixture.cdf(tensor([standard], { dtype: 'float64' })).toArray();
        return Array.from(levels, (level: number | bigint) => checkFinite(Math.min(Number(level), 1), 0)); // rounding
      });
    },
  };
}

/** The mean of several distributions. */
function pooled(parts: NextValue[]): NextValue {
  const cdf = (values: readonly number[]) => {
    const levels = parts.map((part) => part.cdf(values));
    return levels[0]!.map((_, index) => mean(levels.map((each) => each[index]!)));
  };
  const quantiles = (levels: readonly number[]) => {
    const bounds = parts.map((part) => part.quantiles(levels));
    let [low, high] = [Math.min, Math.max].map((pick) =>
      levels.map((_, index) => pick(...bounds.map((each) => each[index]!))),
    );
    for (let round = 0; round < BISECTIONS; round++) {
      const middle = low!.map((each, index) => each / 2 + high![index]! / 2);
      const isBelow = cdf(middle).map((level, index) => level < levels[index]!);
      low = low!.map((each, index) => (isBelow[index] ? middle[index]! : each));
      high = high!.map((each, index) => (isBelow[index] ? each : middle[index]!));
    }
    return high!;
  };
  return { cdf, quantiles };
}

/** Enough for the precision of a number. */
const BISECTIONS = 60;

/** Copies values to query; infinite ones are valid arguments of a distribution function. */
function toNumbersOrInfinity(value: readonly number[]): number[] {
  const values = toElements('values', value);
  for (const [index, each] of values.entries()) {
    if (typeof each !== 'number' || Number.isNaN(each)) throw invalidArgument(`values[${index}]`, 'a number', each);
  }
  return values as number[];
}
