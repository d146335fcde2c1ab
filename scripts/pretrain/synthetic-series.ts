/**
 * Synthetic series that look like those people forecast: local levels, trends, seasons, cycles, breaks, outliers, counts.
 * The unit is about the standard deviation of what is new in a step.
 */
import type { PretrainedKind } from '../../src/training/pretrained';
import { Noise } from './noise';
import type { Random } from './random';
import { addSeason, drawProfile } from './seasons';

export interface SyntheticSeries {
  values: Float64Array;
  /** The season that a forecaster is told, which may be wrong. */
  season: number;
}

/** As often as they are drawn. */
const SEASONS = [1, 1, 1, 1, 1, 4, 4, 4, 4, 12, 12, 12, 12, 12, 12, 12, 7, 7, 24, 24, 48, 52, 13, 2, 3, 5, 6];
/** Seasons from which on steps are so short that neighbours are alike. */
const FINE = 24;

/**
 * @param kind all kinds, or counts alone
 * @param lengthFor returns the number of values for a season
 */
export function drawSeries(
  random: Random,
  kind: PretrainedKind,
  lengthFor: (season: number) => number,
): SyntheticSeries {
  const season = random.pick(SEASONS);
  const values = new Float64Array(lengthFor(season));
  const noise = new Noise(random, values.length);
  const process = season >= FINE && random.chance(0.5) ? 0.6 : random.uniform();
  if (process < 0.55) smooth(random, values, season, noise);
  else if (process < 0.8) autoregress(random, values, season, noise);
  else if (process < 0.92) integrate(random, values, season, noise);
  else pieces(random, values, season, noise);
  disturb(random, values, season);
  if (kind === 'counts') count(random, values);
  else transform(random, values);
  if (random.chance(0.03)) lose(random, values);
  const isToldNone = season > 1 && random.chance(0.05);
  const isToldWrong = season === 1 && random.chance(0.15);
  return { values, season: isToldNone ? 1 : isToldWrong ? random.pick([4, 7, 12]) : season };
}

/** Exponential smoothing's own process: level, damped trend and season, moved by one error each. */
function smooth(random: Random, values: Float64Array, season: number, noise: Noise): void {
  const levelGain = random.chance(0.2) ? 1 : random.chance(0.15) ? 0 : random.uniform() ** 1.2;
  const hasTrend = random.chance(0.6);
  const trendGain = hasTrend && random.chance(0.4) ? 0.6 * levelGain * random.uniform() ** 3 : 0;
  const damping = !hasTrend ? 0 : random.chance(0.5) ? 1 : random.between(0.8, 0.995);
  const seasonGain = random.chance(0.4) ? 0 : 0.5 * random.uniform() ** 2;
  const amplitude = season > 1 && random.chance(0.9) ? random.logBetween(0.15, 30) : 0;
  const profile = drawProfile(random, season).map((each) => each * amplitude);
  let level = 0;
  let trend = hasTrend ? drift(random, 1.5) : 0;
  for (let step = 0; step < values.length; step++) {
    const phase = step % season;
    const error = noise.at(step);
    values[step] = level + damping * trend + profile[phase]! + error;
    level += damping * trend + levelGain * error;
    trend = damping * trend + trendGain * error;
    if (amplitude > 0) profile[phase]! += seasonGain * (1 - levelGain) * error;
  }
}

/** An ARMA(2, 1) process, perhaps integrated, about a trend, with a season that may change. */
function autoregress(random: Random, values: Float64Array, season: number, noise: Noise): void {
  const [first, second] = random.chance(0.3) ? cycle(random) : roots(random, season);
  const movingAverage = random.chance(0.4) ? random.between(-0.8, 0.8) : 0;
  const isIntegrated = random.chance(0.3);
  const slope = random.chance(0.5) ? drift(random, 0.8) : 0;
  const curve = random.chance(0.2) ? (0.3 * random.normal()) / values.length : 0;
  let [last, beforeLast, lastError, sum] = [0, 0, 0, 0];
  for (let step = -BURN_IN; step < values.length; step++) {
    const error = noise.at(Math.max(step, 0));
    const value = first * last + second * beforeLast + error + movingAverage * lastError;
    [beforeLast, last, lastError, sum] = [last, value, error, sum + value];
    if (step >= 0) values[step] = (isIntegrated ? sum : value) + slope * step + curve * step * step;
  }
  if (season === 1 || random.chance(0.1)) return;
  const deviation = Math.min(Math.max(1 / Math.abs(1 - first - second), 1), 10);
  addSeason(random, values, season, random.logBetween(0.2, 8) * (random.chance(0.5) ? deviation : 1));
}

const BURN_IN = 30;

function cycle(random: Random): [number, number] {
  const radius = random.between(0.75, 0.99);
  const period = random.logBetween(4, 40);
  return [2 * radius * Math.cos((2 * Math.PI) / period), -radius * radius];
}

function roots(random: Random, season: number): [number, number] {
  const isFine = season >= FINE && random.chance(0.6);
  const first = !random.chance(0.8) ? random.between(-0.7, 0) : random.between(isFine ? 0.7 : 0, 0.99);
  const second = random.chance(0.5) ? random.between(-0.6, 0.7) : 0;
  return [first + second, -first * second];
}

/** Box and Jenkins' airline model, or a random walk with drift. */
function integrate(random: Random, values: Float64Array, season: number, noise: Noise): void {
  const seasonal = random.between(0, 0.95);
  const regular = random.chance(0.3) ? 0 : random.between(-0.3, 0.9);
  const amplitude = random.logBetween(0.5, 30);
  const profile = drawProfile(random, season);
  const slope = random.chance(0.6) ? drift(random, 1) : 0;
  const errors = values.map((_, step) => noise.at(step));
  const error = (step: number) => (step < 0 ? 0 : errors[step]!);
  for (let step = 0; step < values.length; step++) {
    const moved = error(step) - regular * error(step - 1);
    if (season === 1) values[step] = (step > 0 ? values[step - 1]! : 0) + slope + moved;
    else if (step < season) values[step] = amplitude * profile[step]! + slope * step + error(step);
    else {
      const movedBefore = error(step - season) - regular * error(step - season - 1);
      const before = step > season ? values[step - 1]! - values[step - season - 1]! : slope * season;
      values[step] = values[step - season]! + before + moved - seasonal * movedBefore;
    }
  }
}

/** Lines that break, with noise about them. */
function pieces(random: Random, values: Float64Array, season: number, noise: Noise): void {
  const breaks = random.logBetween(0.003, 0.05);
  const deviation = random.logBetween(0.3, 1.5);
  let [level, slope] = [0, drift(random, 0.5)];
  for (let step = 0; step < values.length; step++) {
    if (random.chance(breaks)) {
      slope = random.chance(0.3) ? 0 : drift(random, 0.5);
      if (random.chance(0.3)) level += 4 * random.normal();
    }
    level += slope;
    values[step] = level + deviation * noise.at(step);
  }
  if (season > 1 && random.chance(0.9)) addSeason(random, values, season, random.logBetween(0.2, 8));
}

/** A slope per step, of either sign. */
function drift(random: Random, largest: number): number {
  return random.normal() * random.logBetween(0.01, largest);
}

/** Adds level shifts, outliers and a season of which forecasters know nothing. */
function disturb(random: Random, values: Float64Array, season: number): void {
  const { length } = values;
  for (let count = random.chance(0.15) ? 1 + random.integer(2) : 0; count > 0; count--) {
    const size = random.normal() * random.logBetween(1, 10);
    for (let step = random.integer(length); step < length; step++) values[step]! += size;
  }
  for (let count = random.chance(0.2) ? 1 + random.integer(3) : 0; count > 0; count--) {
    values[random.integer(length)]! += random.normal() * random.logBetween(2, 12);
  }
  if (season > 1 && random.chance(0.07)) {
    addSeason(random, values, random.pick([5, 7, 2 * season, 3 * season]), random.logBetween(0.2, 3));
  }
}

/** What values are seen: most as they are, some growing exponentially, rounded, or with a floor. */
function transform(random: Random, values: Float64Array): void {
  const form = random.uniform();
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (form < 0.25) {
    const rate = random.logBetween(0.2, 4) / Math.max(high - low, 1e-9);
    for (const [step, value] of values.entries()) values[step] = Math.exp((value - low) * rate) / rate;
  } else if (form < 0.33) {
    const unit = random.logBetween(0.2, 2);
    for (const [step, value] of values.entries()) values[step] = Math.round(value / unit) * unit;
  } else if (form < 0.38) {
    const floor = values.reduce((sum, value) => sum + value, 0) / values.length - random.uniform();
    for (const [step, value] of values.entries()) values[step] = Math.max(value - floor, 0);
  }
}

/** Replaces values by numbers of events, often none, at a rate that follows them, with a Poisson process's variance or more. */
function count(random: Random, values: Float64Array): void {
  const center = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - center) ** 2, 0) / values.length) || 1;
  const rate = random.logBetween(0.03, 8);
  const swing = random.chance(0.3) ? 0 : random.logBetween(0.1, 1);
  const clumping = random.chance(0.4) ? 0 : random.logBetween(0.05, 2);
  for (const [step, value] of values.entries()) {
    const expected = rate * Math.exp(swing * Math.max(Math.min((value - center) / deviation, 3), -3));
    values[step] = random.poisson(clumping === 0 ? expected : expected * random.gamma(1 / clumping));
  }
}

function lose(random: Random, values: Float64Array): void {
  const missing = random.between(0.02, 0.2);
  for (let step = 0; step < values.length; step++) if (random.chance(missing)) values[step] = Number.NaN;
}
