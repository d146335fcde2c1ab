import { existsSync } from 'node:fs';
import { LibtorchGenerativeError } from '../errors';
import { COVERAGE_LEVELS } from '../evaluation/one-step';
import { readFileBytes } from '../files';
import type { ForecastScores, ImageScores } from '../report/run-report';

/** What evaluation.json holds, of this version or another. */
type Evaluation = Partial<ForecastScores & ImageScores>;

/** A run's evaluation.json, if it has one. @throws ERR_CHECKPOINT if it is damaged */
export function readEvaluation(path: string): Evaluation | undefined {
  if (!existsSync(path)) return undefined;
  try {
    const evaluation = JSON.parse(readFileBytes(path).toString());
    if (typeof evaluation === 'object' && evaluation) return evaluation;
  } catch {}
  throw new LibtorchGenerativeError('ERR_CHECKPOINT', `${path} is damaged: expected JSON, as evaluate writes it`);
}

export function forecastScores({ oneStep, backtest }: Evaluation = {}): ForecastScores | undefined {
  if (!oneStep || !backtest) return undefined;
  return { coverageLevels: COVERAGE_LEVELS, oneStep, backtest };
}

export function imageScores({ rows, digits, collapse }: Evaluation = {}): ImageScores | undefined {
  return rows && { rows, digits, collapse };
}
