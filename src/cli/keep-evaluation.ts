import { LibtorchGenerativeError } from '../errors';
import { writeEvaluation } from '../training/run-evaluation';

/**
 * Saves an evaluation for the run's report; only warns if the run folder is not writable.
 *
 * @param nearest a picture of images and those that they are most similar to
 */
export function keepEvaluation(run: string, kind: string, evaluation: object, nearest?: () => Uint8Array): void {
  try {
    writeEvaluation(run, kind, evaluation, nearest?.());
  } catch (error) {
    if (!(error instanceof LibtorchGenerativeError)) throw error;
    console.error(`warning: ${error.message}; the run's report will not include this evaluation`);
  }
}
