import { LibtorchGenerativeError } from '../errors';
import { writeEvaluation } from '../training/run-evaluation';

/** Keeps an evaluation for the run's report; a run that cannot be written has been evaluated all the same. */
export function keepEvaluation(run: string, kind: string, evaluation: object): void {
  try {
    writeEvaluation(run, kind, evaluation);
  } catch (error) {
    if (!(error instanceof LibtorchGenerativeError)) throw error;
    console.error(`warning: ${error.message}; the run's report will lack this evaluation`);
  }
}
