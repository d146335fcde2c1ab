import { LibtorchGenerativeError } from '../errors';
import { writeEvaluation } from '../training/run-evaluation';

/** Saves an evaluation for the run's report; only warns if the run folder is not writable. */
export function keepEvaluation(run: string, kind: string, evaluation: object): void {
  try {
    writeEvaluation(run, kind, evaluation);
  } catch (error) {
    if (!(error instanceof LibtorchGenerativeError)) throw error;
    console.error(`warning: ${error.message}; the run's report will not include this evaluation`);
  }
}
