import type { EpochMetrics } from '../report/epoch-metrics';
import { thin } from '../report/thin';
import { RunFolder } from '../training/run-folder';
import { RunLock } from '../training/run-lock';
import { readMetrics } from '../training/run-metrics';
import type { ServedModel } from './served-models';

/** How the training of a model went, or goes: answer to `GET /models/NAME/metrics`. */
export interface ModelMetrics {
  name: string;
  kind: 'gan' | 'mdn-rnn';
  /** Whether a training writes to the run folder. */
  isTraining: boolean;
  /** Number of epochs that have ended. */
  numEpochs: number;
  /** Time that they took. */
  seconds: number;
  /** Those that tell how to read the measurements. */
  settings: { epochs?: unknown; loss?: unknown; patience?: unknown };
  /** Measurements of each epoch; of many, an evenly spaced part. */
  epochs: EpochMetrics[];
}

const MAX_EPOCHS = 1000;

/** Reads a run's measurements, which its training may be adding to. @throws ERR_FILE; ERR_CHECKPOINT */
export function metricsOf({ name, run, loaded: { kind } }: ServedModel): ModelMetrics {
  const { epochs, loss, patience } = RunFolder.configOf(run).settings as ModelMetrics['settings'];
  const records = readMetrics(run);
  return {
    name,
    kind,
    isTraining: RunLock.isHeld(run),
    numEpochs: records.length,
    seconds: records.reduce((sum, { seconds }) => sum + Number(seconds ?? 0), 0),
    settings: { epochs, loss, patience },
    epochs: thin(records, MAX_EPOCHS),
  };
}
