import type { Encoding } from '../data/encoding';
import { LEAST_VALUES } from '../data/known-effects';
import { observed } from '../data/scaling';
import type { Series } from '../data/series';
import { hasValue } from '../data/series-like';
import { SmoothingEncoding } from '../data/smoothing-encoding';
import { describe, listed } from '../errors';
import type { RequestedMdnRnnSettings } from './mdn-rnn-settings';
import { partsOf } from './series-windows';

/** More held-out values beyond the range of training are a trend. */
const MOST_BEYOND = 0.2;

/** Describes problems of a run's data that do not prevent training. */
export function oddities(
  settings: RequestedMdnRnnSettings,
  series: Series[],
  encodings: readonly Encoding[],
): string[] {
  const { data } = settings;
  const found = [
    irregularity(series),
    shortness(settings, series, encodings),
    lateStart(settings, series),
    trend(settings, series),
    ignoredInputs(encodings),
  ];
  return found.flatMap((problem) => (problem === undefined ? [] : [`${data}${problem}`]));
}

function irregularity(series: Series[]): string | undefined {
  const [first, ...others] = series.flatMap(({ name, time }) => {
    const problem = time?.irregularity();
    return problem ? `${name && `, series ${describe(name)}`}: ${problem}` : [];
  });
  const more = others.length > 0 ? ` (and ${others.length} other irregular series)` : '';
  return first && first + more;
}

function shortness(
  { window }: RequestedMdnRnnSettings,
  series: Series[],
  encodings: readonly Encoding[],
): string | undefined {
  const historyLength = Math.max(...encodings.map((encoding) => encoding.historyLength));
  const count = series.filter(({ values }) => values.length <= historyLength).length;
  if (count === 0) return undefined;
  return `: ${count} of ${series.length} series are too short for a window of ${window} and the next value`;
}

/** What is known of a series only in its held-out part scales it, but trains nothing. */
function lateStart(settings: RequestedMdnRnnSettings, series: Series[]): string | undefined {
  const { parts } = partsOf(settings, series);
  const late = series.filter((_, index) => !hasValue(parts[index]!.values)).map(({ name }) => name);
  if (late.length === 0 || late.length === series.length) return undefined;
  return `: nothing is learned from series whose values begin in the held-out part: ${listed(late)}`;
}

function trend(settings: RequestedMdnRnnSettings, series: Series[]): string | undefined {
  const { inputs, scale, difference, preset } = settings;
  if (inputs !== 'window' || scale !== 'global' || difference !== 'none') return undefined;
  const { parts } = partsOf(settings, series);
  let [least, largest] = [Infinity, -Infinity];
  for (const { values } of parts) {
    for (const value of observed(values)) [least, largest] = [Math.min(least, value), Math.max(largest, value)];
  }
  const heldOut = series.flatMap(({ values }, index) => [...observed(values.subarray(parts[index]!.values.length))]);
  const numBeyond = heldOut.filter((value) => value < least || value > largest).length;
  if (!(numBeyond > MOST_BEYOND * heldOut.length)) return undefined;
  const part = `${Math.round((100 * numBeyond) / heldOut.length)} % of the held-out values`;
  const remedy = preset === 'article' ? 'preset recommended' : 'inputs smoothing';
  return `: ${part} are beyond those of training, which a global scale can't follow: try ${remedy}, scale window or a difference`;
}

/** Nothing can be said of what covariates and the calendar do from few values, or where they don't change. */
function ignoredInputs(encodings: readonly Encoding[]): string | undefined {
  const effects = encodings.flatMap((encoding) =>
    encoding instanceof SmoothingEncoding ? encoding.state.effects : [],
  );
  const without = effects.filter(({ effects }) => effects.length > 0 && effects.every((effect) => effect === 0));
  const [first] = without;
  if (!first) return undefined;
  const names = [...new Set(without.map(({ name }) => name))];
  const of = names.length === 1 && names[0] === '' ? '' : ` of ${listed(names)}`;
  const reasons = `they did not change in training, or there are fewer than ${LEAST_VALUES} values for each of their ${first.effects.length} inputs`;
  return `: covariates and the calendar are ignored in forecasts${of}: ${reasons}`;
}
