import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LibtorchGenerativeError } from '../errors';
import { COVERAGE_LEVELS } from '../evaluation/one-step';
import { readFileBytes, writeFileAtomic } from '../files';
import type { ForecastScores, ImageScores } from '../report/run-report';

/** Content of evaluation.json, as written by this version or another. */
type Evaluation = Partial<ForecastScores & ImageScores>;

export const [EVALUATION, NEAREST] = ['evaluation.json', 'nearest.png'] as const;

/** Saves an evaluation in a run's folder, and its picture if there is one, for its report. @throws ERR_FILE */
export function writeEvaluation(run: string, kind: string, evaluation: object, nearest?: Uint8Array): void {
  if (nearest) writeFileAtomic(join(run, NEAREST), nearest);
  writeFileAtomic(join(run, EVALUATION), `${JSON.stringify({ kind, ...evaluation }, null, 2)}\n`);
}

/** Reads a run's evaluation, if there is one. @throws ERR_CHECKPOINT if it is corrupt */
export function readEvaluation(run: string): Evaluation | undefined {
  const path = join(run, EVALUATION);
  if (!existsSync(path)) return undefined;
  try {
    const evaluation = JSON.parse(readFileBytes(path).toString());
    if (typeof evaluation === 'object' && evaluation) return evaluation;
  } catch {}
  throw new LibtorchGenerativeError('ERR_CHECKPOINT', `${path} is corrupt: expected JSON as written by evaluate`);
}

export function forecastScores({ oneStep, backtest }: Evaluation = {}): ForecastScores | undefined {
  if (!oneStep || !backtest) return undefined;
  return { coverageLevels: COVERAGE_LEVELS, oneStep, backtest };
}

/** @param run the run folder, with the evaluation's picture */
export function imageScores(run: string, evaluation: Evaluation = {}): ImageScores | undefined {
  const { rows, nearest, problems = [], digits, classes, features } = evaluation;
  const path = join(run, NEAREST);
  const picture = nearest && existsSync(path) ? readFileBytes(path) : undefined;
  if (!rows) return undefined;
  return { rows, digits, classes, problems, features, nearest: nearest && picture && { ...nearest, picture } };
}
