import { existsSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { LibtorchGenerativeError, worded } from '../errors';
import type { Device } from '../tensor/device';
import type { Isolation } from '../tensor/isolation';
import { type Position, resumeCheckpoint } from './checkpoint';
import type { Training } from './epochs';
import { fingerprint } from './fingerprint';
import type { TrainingOptions } from './options';
import { type RunConfig, RunFolder, type RunKind } from './run-folder';

interface RunSettings {
  epochs: number;
  data: string;
}

/** Settings that may change when resuming: the number of epochs, and the path of the data. */
const CHANGEABLE: (keyof RunSettings)[] = ['epochs', 'data'];

/** Returns the options with absolute paths, as the working directory may change before they are used. */
export function withFullPaths<Options extends Pick<TrainingOptions, 'out' | 'resume'> & { data?: string }>(
  options: Options,
): Options {
  const { data, out, resume } = options;
  return {
    ...options,
    ...(data !== undefined && { data: placeOf(data) }),
    ...(out !== undefined && { out: resolve(out) }),
    ...(resume !== undefined && { resume: resolve(resume) }),
  };
}

/**
 * Returns the locked folder that a training writes to: a new one, the run to resume, or none. To be released.
 *
 * @throws ERR_FILE; ERR_LOCKED; ERR_CHECKPOINT
 */
export function claimFolder<Settings extends object>(
  run: RunKind<Settings>,
  { resume, out }: Pick<TrainingOptions, 'resume' | 'out'>,
): RunFolder | undefined {
  if (resume !== undefined) return RunFolder.resume(resume, run);
  return out === undefined ? undefined : RunFolder.create(out);
}

/**
 * Returns the requested settings; with `resume` those of the run, with the requested number of epochs and data path.
 *
 * @throws ERR_FILE; ERR_CHECKPOINT; ERR_INVALID_ARGUMENT if another option differs from the run's
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
      ({ option }) => `The data of ${resume} is not at ${data}: pass its new path with ${option('data')}`,
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
 * Starts a new run in its folder, or resumes one by loading its checkpoint into the training's parts.
 *
 * @returns the position to train from
 * @throws ERR_FILE; ERR_CHECKPOINT
 */
export async function startRun<Settings extends RunSettings>(
  folder: RunFolder | undefined,
  run: RunKind<Settings>,
  settings: Settings,
  training: Pick<Training<never>, 'parts' | 'models' | 'data' | 'images'>,
  isolation: Isolation,
): Promise<Position> {
  if (!folder) return { epoch: 0 };
  const config = {
    kind: run.kind,
    settings: { ...settings, data: placeOf(settings.data) },
    device: deviceOf(training),
    threads: isolation.threads,
    dataSha256: await fingerprint(training.data ?? []),
    images: training.images,
  };
  const start = folder.isNew
    ? { epoch: 0 }
    : isolation.run(() =>
        resumeCheckpoint(folder, training.parts, (saved) => checkSameRun(folder.path, saved, config)),
      );
  if (!folder.isNew) {
    folder.removeTemporaries();
    if (start.epoch < settings.epochs) folder.forgetEvaluation();
  }
  folder.writeConfig(config);
  return start;
}

/** Returns an absolute path, as a run may be resumed from another directory; names of data sets are kept. */
function placeOf(data: string): string {
  return ['mnist', 'noise'].includes(data) ? data : resolve(data);
}

function deviceOf({ models }: Pick<Training<never>, 'models'>): Device {
  return Object.values(models).flatMap((model) => model.parameters())[0]?.device ?? 'cpu';
}

/** Throws unless a checkpoint was trained on the same data with the same settings. */
export function checkSameRun<Settings extends RunSettings>(
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
