import { existsSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { LibtorchGenerativeError, worded } from '../errors';
import { type Device, numThreads } from '../tensor/device';
import { type Position, resumeCheckpoint } from './checkpoint';
import type { Training } from './epochs';
import { fingerprint } from './fingerprint';
import type { TrainingOptions } from './options';
import { type RunConfig, RunFolder, type RunKind } from './run-folder';

interface RunSettings {
  epochs: number;
  data: string;
}

/** What of a run's settings a resumed training may be given anew: its length, and where its data lies now. */
const CHANGEABLE: (keyof RunSettings)[] = ['epochs', 'data'];

/**
 * The settings asked for; with `resume` those of its run, but for the number of epochs and the place of the data.
 *
 * @throws ERR_FILE or ERR_CHECKPOINT; ERR_INVALID_ARGUMENT if an option differs from the run's
 */
export function requestedSettings<Asked extends RunSettings, Settings extends Asked>(
  kind: RunKind<Settings>,
  asked: Asked,
  options: Pick<TrainingOptions, 'resume' | 'epochs'> & { data?: string | undefined },
): Asked {
  const { resume } = options;
  if (resume === undefined) return asked;
  const { settings } = RunFolder.open(resume, kind);
  checkSameOptions(settings, asked, options);
  const { epochs = settings.epochs, data = settings.data } = options;
  if (isAbsolute(data) && !existsSync(data)) {
    throw worded(
      'ERR_FILE',
      ({ option }) => `The data of ${resume} is not at ${data}: name the place where it is now by ${option('data')}`,
    );
  }
  return { ...settings, epochs, data };
}

function checkSameOptions<Settings extends RunSettings>(
  settings: Settings,
  asked: Settings,
  { resume, ...options }: Pick<TrainingOptions, 'resume'>,
): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || !Object.hasOwn(asked, name) || isChangeable(name)) continue;
    const kept = settings[name as keyof Settings];
    if (isSame(kept, asked[name as keyof Settings])) continue;
    const how = kept === undefined || kept === null ? 'without it' : `with ${JSON.stringify(kept)}`;
    throw worded(
      'ERR_INVALID_ARGUMENT',
      ({ option }) => `Cannot change ${option(name)} when resuming: ${resume} was trained ${how}.`,
    );
  }
}

/**
 * The folder and position that a training starts from: those of the run to resume, whose checkpoint is put into its
 * parts, or a new folder `out`, or none.
 *
 * @throws ERR_FILE or ERR_CHECKPOINT
 */
export function startRun<Settings extends RunSettings>(
  run: RunKind<Settings>,
  settings: Settings,
  training: Pick<Training<never>, 'parts' | 'models' | 'data'>,
  { resume, out }: Pick<TrainingOptions, 'resume' | 'out'>,
): { folder?: RunFolder; start: Position } {
  if (resume === undefined && out === undefined) return { start: { epoch: 0 } };
  const config = {
    kind: run.kind,
    settings: { ...settings, data: placeOf(settings.data) },
    device: deviceOf(training),
    threads: numThreads(),
    dataSha256: fingerprint(training.data ?? []),
  };
  if (resume === undefined) return { folder: RunFolder.create(out!, config), start: { epoch: 0 } };
  const { folder } = RunFolder.open(resume, run);
  const start = resumeCheckpoint(folder, training.parts, (saved) => checkSameRun(resume, saved, config));
  folder.removeTemporaries();
  if (start.epoch < settings.epochs) folder.forgetEvaluation();
  folder.writeConfig(config);
  return { folder, start };
}

/** The path from the root, for a run may be resumed from elsewhere; names of data sets stay. */
function placeOf(data: string): string {
  return ['mnist', 'noise'].includes(data) ? data : resolve(data);
}

function deviceOf({ models }: Pick<Training<never>, 'models'>): Device {
  return Object.values(models).flatMap((model) => model.parameters())[0]?.device ?? 'cpu';
}

/** Throws unless a checkpoint was trained on this data by these settings: from others its numbers mean nothing. */
function checkSameRun<Settings extends RunSettings>(
  run: string,
  saved: RunConfig,
  { settings, dataSha256 }: Pick<RunConfig<Settings>, 'settings' | 'dataSha256'>,
): void {
  if (saved.dataSha256 !== dataSha256) {
    throw new LibtorchGenerativeError(
      'ERR_CHECKPOINT',
      `${settings.data} has changed since ${run} was trained: restore it, or train a new run`,
    );
  }
  const before = saved.settings as Record<string, unknown>;
  for (const [name, value] of Object.entries(settings)) {
    if (isChangeable(name) || isSame(before[name], value)) continue;
    throw new LibtorchGenerativeError(
      'ERR_CHECKPOINT',
      `${run}/config.json does not match the checkpoint: ${name} is ${JSON.stringify(value)} but was ${JSON.stringify(before[name])}`,
    );
  }
}

function isChangeable(name: string): boolean {
  return (CHANGEABLE as string[]).includes(name);
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
