import { differences } from '../data/differencing';
import { evenly } from '../data/evenly';
import { seedAt } from '../data/forecast-options';
import { Forecaster } from '../data/forecaster';
import type { LinkName } from '../data/link';
import { mean } from '../data/mean';
import { concatenate, observed } from '../data/scaling';
import { possibleSeasons } from '../data/season';
import type { Series } from '../data/series';
import { hasValue, upTo } from '../data/series-like';
import { SmoothingEncoding } from '../data/smoothing-encoding';
import { crpsOfDraws } from '../evaluation/scores';
import { sortedSteps } from '../models/forecast';
import type { MdnRnn } from '../models/mdn-rnn';
import type { WorkProgress } from '../work';
import type { Candidate } from './candidates';
import type { RequestedMdnRnnSettings } from './mdn-rnn-settings';

/** What a choice depends on. */
type ViewSettings = Pick<RequestedMdnRnnSettings, 'link' | 'season' | 'select' | 'window' | 'calendar' | 'seed'>;

/** The encodings to forecast from, and what they were chosen from. */
export interface ChosenEncodings {
  encodings: SmoothingEncoding[];
  candidates: Candidate[];
}

/** Origins per series, each a horizon apart. */
const MAX_ORIGINS = 4;
/** Series of a backtest, evenly spaced among all. */
const MAX_SERIES = 20;
const PATHS = 100;
/** Least values before an origin. */
const LEAST_HISTORY = 16;
/** Horizon, unless asked for; at most this part of the longest series. */
const [HORIZON, HORIZON_PART] = [24, 0.2];

/** Returns how far forecasts shall reach. */
export function horizonOf({ horizon }: Pick<RequestedMdnRnnSettings, 'horizon'>, series: readonly Series[]): number {
  const longest = series.reduce((longest, { values }) => Math.max(longest, values.length), 0);
  return horizon ?? Math.max(Math.min(HORIZON, Math.floor(longest * HORIZON_PART)), 1);
}

/**
 * Chooses how a model shall see series: backtests each possible link and season on earlier origins, and takes the best,
 * or the best two together if those do better.
 *
 * @param model makes good forecasts already of series seen through the {@link likelyLink}
 * @param series the values that may be seen
 * @param fittedTo the parts of the series, each with a value if the series has one, that the encodings' numbers are fitted
 *   to; default all
 * @returns yields after each forecast
 * @throws ERR_DATA_FORMAT if a value is outside the range of the link that is asked for
 */
export function* chooseEncodings(
  model: MdnRnn,
  series: readonly Series[],
  settings: ViewSettings,
  horizon: number,
  fittedTo = series,
): Generator<WorkProgress, ChosenEncodings> {
  const known = series.filter(({ values }) => hasValue(values));
  const parts = fittedTo.filter(({ values }) => hasValue(values));
  const possible = possibleViews(known, settings);
  const { window, calendar } = settings;
  // The model knows nothing of other inputs yet.
  const bare = ({ name, values, time }: Series): Series => ({ name, values, time });
  const views = possible.map((view) => SmoothingEncoding.fit(parts.map(bare), { ...view, window }));
  const trials: Trial[] = [];
  if (views.length > 1) {
    const origins = originsOf(known.map(bare), horizon, Math.max(...possible.map(({ season }) => season)));
    for (const [index, origin] of origins.entries()) {
      const draws: Float64Array[] = [];
      for (const [view, encoding] of views.entries()) {
        draws.push(drawFrom(new Forecaster(model, encoding), origin, horizon, settings.seed));
        const done = index * views.length + view + 1;
        yield { task: 'choose', done, total: origins.length * views.length };
      }
      trials.push({ draws, origin });
    }
  }
  const { scores, chosen } = bestOf(trials, views.length, horizon);
  const own = choicesOfTheirOwn(known, trials, views.length, horizon);
  const namesOf = (index: number) => own.filter((each) => each.chosen.includes(index)).map(({ name }) => name);
  const fitted = (index: number, only?: string[]) =>
    SmoothingEncoding.fit(parts, { ...possible[index]!, window, calendar, only });
  const ofTheirOwn = possible.flatMap((_, index) => {
    const names = namesOf(index);
    return names.length > 0 ? [fitted(index, names)] : [];
  });
  return {
    encodings: [...chosen.map((index) => fitted(index)), ...ofTheirOwn],
    candidates: possible.map((view, index) => ({
      ...view,
      score: trials.length > 0 ? scores[index] : undefined,
      isChosen: chosen.includes(index),
      ...(own.length > 0 && { ownOf: namesOf(index) }),
    })),
  };
}

/** Returns each candidate's score, and which to take: the best, or the best two. */
function bestOf(trials: Trial[], count: number, horizon: number): { scores: number[]; chosen: number[] } {
  const scores = Array.from({ length: count }, (_, index) => scoreOf(trials, [index], horizon));
  const [best = 0, second] = [...scores.keys()].sort((a, b) => scores[a]! - scores[b]!);
  const isPairBetter = second !== undefined && scoreOf(trials, [best, second], horizon) < scores[best]!;
  return { scores, chosen: isPairBetter ? [best, second] : [best] };
}

/** Returns what to take for each series alone, of several that have all been backtested. */
function choicesOfTheirOwn(series: readonly Series[], trials: Trial[], count: number, horizon: number) {
  const names = series.map(({ name }) => name);
  const areTold = names.length > 1 && names.length <= MAX_SERIES && new Set(names).size === names.length;
  if (!areTold || count < 2) return [];
  return names.flatMap((name) => {
    const own = trials.filter(({ origin }) => origin.series.name === name);
    return own.length > 0 ? [{ name, chosen: bestOf(own, count, horizon).chosen }] : [];
  });
}

/** Returns the links and seasons to try, the most likely first. */
function possibleViews(series: readonly Series[], { link, season, select }: ViewSettings) {
  const seasons = season === undefined ? commonSeasons(series) : [season];
  const links: LinkName[] = link === 'auto' ? possibleLinks(series) : [link];
  const views = seasons.flatMap((each) => links.map((link) => ({ link, season: each })));
  return select ? views : views.slice(0, 1);
}

/** Most seasons that are tried. */
const MAX_SEASONS = 5;

/** Returns the seasons that most series may have, those of the longest series first among equals; all may have 1. */
function commonSeasons(series: readonly Series[]): number[] {
  const longestFirst = series.toSorted((a, b) => b.values.length - a.values.length);
  const counts = new Map<number, number>();
  for (const each of [longestFirst[0]!, ...evenly(longestFirst, MAX_SERIES)]) {
    for (const season of possibleSeasons(each)) counts.set(season, (counts.get(season) ?? 0) + 1);
  }
  const common = [...counts].toSorted(([, a], [, b]) => b - a).map(([season]) => season);
  return common.slice(0, MAX_SEASONS);
}

/** Returns the link that is the first to try, by which {@link kindFor} tells the net. */
export function likelyLink(series: readonly Series[], { link }: Pick<ViewSettings, 'link'>): LinkName {
  return link === 'auto' ? possibleLinks(series)[0]! : link;
}

/** Least part of zeros at which 0 is a floor rather than one value among others. */
const LEAST_ZEROS = 0.05;
/** Counts of this size on average are numbers like others; smaller ones have a net of their own. */
const LARGE_COUNT = 10;

function possibleLinks(series: readonly Series[]): LinkName[] {
  const values = concatenate(series.map((each) => observed(each.values)));
  const least = values.reduce((least, value) => Math.min(least, value), Infinity);
  if (least < 0) return ['identity'];
  if (least > 0) return ['identity', 'log'];
  const numZeros = values.filter((value) => value === 0).length;
  if (numZeros < LEAST_ZEROS * values.length) return ['identity', 'softplus'];
  const isCount = values.every(Number.isInteger) && mean(values) < LARGE_COUNT;
  return isCount ? ['count'] : ['relu', 'softplus'];
}

/** A step to forecast from, and the unit of its errors. */
interface Origin {
  series: Series;
  step: number;
  unit: number;
}

/** Paths from one origin, by candidate. */
interface Trial {
  origin: Origin;
  draws: Float64Array[];
}

function originsOf(all: readonly Series[], horizon: number, season: number): Origin[] {
  return evenly(all, MAX_SERIES).flatMap((series) => {
    const { length } = series.values;
    const steps = Array.from({ length: MAX_ORIGINS }, (_, index) => length - (index + 1) * horizon);
    return steps.flatMap((step) => {
      if (step < Math.max(LEAST_HISTORY, 2 * season) || !hasValue(series.values.subarray(step))) return [];
      const unit = mean(observed(differences(series.values.subarray(0, step), 1)).map(Math.abs));
      return unit > 0 ? [{ series, step, unit }] : [];
    });
  });
}

function drawFrom(forecaster: Forecaster, { series, step }: Origin, horizon: number, seed: number): Float64Array {
  return forecaster.pathsSync(upTo(series, step), { horizon, paths: PATHS, seed: seedAt(seed, step) });
}

/** Returns the geometric mean of the scores of some candidates' forecasts, pooled. */
function scoreOf(trials: Trial[], candidates: number[], horizon: number): number {
  const logs = trials.map(({ draws, origin: { series, step, unit } }) => {
    const pooled = candidates.flatMap((index) => [...draws[index]!]);
    const crps = sortedSteps(Float64Array.from(pooled), horizon).flatMap((sorted, ahead) => {
      const value = series.values[step + ahead]!;
      return Number.isNaN(value) ? [] : [crpsOfDraws(sorted, value)];
    });
    return Math.log(Math.max(mean(crps) / unit, LEAST_SCORE));
  });
  return logs.length > 0 ? Math.exp(mean(logs)) : Infinity;
}

/** A forecast of a constant is perfect, but its logarithm must be finite. */
const LEAST_SCORE = 1e-6;
