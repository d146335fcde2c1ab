import { COVERAGE_LEVELS } from '../evaluation/one-step';
import type { ForecastScores, ImageScores } from '../report/run-report';

/** What evaluation.json holds, of this version or another: what is missing there is missing in the report. */
export type Evaluation = Record<string, unknown>;

export interface ScoredSeries {
  name: string;
  scores: ForecastScores;
}

/** Of an MDN-RNN: one series, or several under `series`. */
export function forecastScores(evaluation: Evaluation): ScoredSeries[] {
  const all = Array.isArray(evaluation.series) ? (evaluation.series as Evaluation[]) : [evaluation];
  return all
    .filter(({ oneStep, backtest }) => oneStep && backtest)
    .map(({ column, name = column, oneStep, backtest }) => ({
      name: String(name),
      scores: { coverageLevels: COVERAGE_LEVELS, oneStep, backtest } as ForecastScores,
    }));
}

export function imageScores({ frechet, precision, recall, histogram, alarm }: Evaluation): ImageScores {
  return { frechet, precision, recall, histogram, alarm } as ImageScores;
}
