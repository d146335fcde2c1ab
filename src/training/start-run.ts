import { type Position, resumeCheckpoint, type Stateful } from './checkpoint';
import type { TrainingOptions } from './options';
import { RunFolder } from './run-folder';

/** The settings asked for; with `resume` those of its run, but for the number of epochs. @throws ERR_FILE or ERR_CHECKPOINT */
export function requestedSettings<Settings extends { epochs: number }>(
  kind: string,
  asked: Settings,
  { resume, epochs }: Pick<TrainingOptions, 'resume' | 'epochs'>,
): Settings {
  if (resume === undefined) return asked;
  const { settings } = RunFolder.open<Settings>(resume, kind);
  return { ...settings, epochs: epochs ?? settings.epochs };
}

/**
 * The folder and position that a training starts from: those of the run to resume, whose checkpoint is put into
 * `parts`, or a new folder `out`, or none.
 *
 * @throws ERR_FILE or ERR_CHECKPOINT
 */
export function startRun(
  kind: string,
  settings: object,
  parts: Record<string, Stateful>,
  { resume, out }: Pick<TrainingOptions, 'resume' | 'out'>,
): { folder?: RunFolder; start: Position } {
  if (resume === undefined) {
    return { folder: out === undefined ? undefined : RunFolder.create(out, kind, settings), start: { epoch: 0 } };
  }
  const { folder } = RunFolder.open(resume, kind);
  const start = resumeCheckpoint(folder, parts);
  folder.writeConfig(kind, settings);
  return { folder, start };
}
