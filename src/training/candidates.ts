import type { LinkName } from '../data/link';

/** A way to see series, and how forecasts from it did in a backtest. */
export interface Candidate {
  /** The transformation of values. */
  link: LinkName;
  /** The season in steps. */
  season: number;
  /** Geometric mean of the forecasts' CRPS, relative to the mean change per step; undefined if none was made. */
  score?: number | undefined;
  /** Whether forecasts are made from it; where series have choices of their own, those of other series. */
  isChosen: boolean;
  /** Names of the series whose own backtest chose it, if there are several series, but few. */
  ownOf?: string[] | undefined;
}

/**
 * Returns such as "Forecasts from identity and log with season 12: the best of 4 ways to see the series in a backtest";
 * undefined without a choice.
 */
export function choiceLine(candidates: readonly Candidate[]): string | undefined {
  if (candidates.length < 2) return undefined;
  if (candidates.some(({ ownOf }) => ownOf)) {
    return `Forecasts from the best of ${candidates.length} ways to see each series in a backtest`;
  }
  const chosen = candidates.filter(({ isChosen }) => isChosen);
  const ways = chosen.map(
    ({ link, season }) => `${link} ${season === 1 ? 'without a season' : `with season ${season}`}`,
  );
  const how = chosen.some(({ score }) => score !== undefined)
    ? `the best of ${candidates.length} ways to see the series in a backtest`
    : 'there are too few values for a backtest';
  return `Forecasts from ${ways.join(' and ')}: ${how}`;
}
