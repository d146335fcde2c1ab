import { existsSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { LibtorchGenerativeError, worded } from '../errors';
import type { Device } from '../tensor/device';
import type { Isolation } from '../tensor/isolation';
import { changedSettings, changesBetween, isChangeable, isSame } from './changes';
import { type Position, resumeCheckpoint } from './checkpoint';
import type { Training } from './epochs';
import { fingerprint } from './fingerprint';
import type { TrainingOptions } from './options';
import { type RunConfig, RunFolder, type RunKind } from './run-folder';

interface RunSettings {
  epochs: number;
  data: string;
}

/** Returns the options with absolute paths, as the working directory may change before they are used. */
export function withFullPaths<Options extends Pick<TrainingOptions, 'out' | 'resume' | 'init'> & { data?: string }>(
  options: Options,
): Options {
  const { data, out, resume, init } = options;
  return {
    ...options,
    ...(data !== undefined && { data: placeOf(data) }),
    ...(out !== undefined && { out: resolve(out) }),
    ...(resume !== undefined && { resume: resolve(resume) }),
    ...(init !== undefined && { init: resolve(init) }),
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
 * Returns the requested settings; with `resume` those of the run, with the changes that are asked for.
 *
 * @throws ERR_FILE; ERR_CHECKPOINT; ERR_INVALID_ARGUMENT if an option that can't change differs from the run's
 */
export function requestedSettings<Asked extends RunSettings, Settings extends Asked>(
  kind: RunKind<Settings>,
  asked: Asked,
  { resume, ...given }: Pick<TrainingOptions, 'resume'>,
): Asked {
  if (resume === undefined) return asked;
  const settings = changedSettings<Asked>(resume, RunFolder.open(resume, kind).settings, asked, given);
  const { data } = settings;
  if (isAbsolute(data) && !existsSync(data)) {
    throw worded(
      'ERR_FILE',
      ({ option }) => `The data of ${resume} is not at ${data}: pass its new path with ${option('data')}`,
    );
  }
  return settings;
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
  training: Pick<Training<never>, 'parts' | 'models' | 'data' | 'images' | 'useLr'>,
  isolation: Isolation,
): Promise<Position> {
  if (!folder) return { epoch: 0 };
  const config: Omit<RunConfig<Settings>, 'versions'> = {
    kind: run.kind,
    settings: { ...settings, data: placeOf(settings.data) },
    device: deviceOf(training),
    threads: isolation.threads,
    dataSha256: await fingerprint(training.data ?? []),
    images: training.images,
  };
  const start = folder.isNew ? { epoch: 0 } : isolation.run(() => resumeRun(folder, config, training));
  folder.writeConfig(config);
  return start;
}

function resumeRun<Settings extends RunSettings>(
  folder: RunFolder,
  config: Omit<RunConfig<Settings>, 'versions'>,
  training: Pick<Training<never>, 'parts' | 'useLr'>,
): Position {
  const { settings } = config;
  let isOtherLr = false;
  const start = resumeCheckpoint(folder, training.parts, (saved) => {
    checkSameRun(folder.path, saved, config);
    isOtherLr = (saved.settings as { lr?: number }).lr !== (settings as { lr?: number }).lr;
  });
  if (isOtherLr) training.useLr?.();
  folder.removeTemporaries();
  if (start.epoch < settings.epochs) folder.forgetEvaluation();
  const { changes = [], settings: before } = folder.config as RunConfig<object>;
  const all = [...changes, ...changesBetween(before, settings, start)];
  if (all.length > 0) config.changes = all;
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
    throw worded(
      'ERR_CHECKPOINT',
      ({ setting }) =>
        `${settings.data} has changed since ${run} was trained: restore it, or start a new run from these weights with ${setting('init', run)}`,
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
