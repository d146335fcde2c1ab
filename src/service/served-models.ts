import { basename, resolve } from 'node:path';
import { describe, listed } from '../errors';
import type { LoadedRun } from '../training/load-run';
import { RunLock } from '../training/run-lock';
import { type WatchedRun, watchRun } from '../training/watch-run';
import type { ModelAnswer } from './answers';
import { ServiceError } from './problem';

/** What happens to models while they are served. */
export interface ModelEvents {
  onReload(name: string, checksum: string): void;
  onError(name: string, error: Error): void;
}

type Kind = LoadedRun['kind'];
const KINDS: Record<Kind, string> = { gan: 'GAN', 'mdn-rnn': 'MDN-RNN' };

/** A model under its name. It is another one when its run has been trained further. */
export interface ServedModel {
  name: string;
  run: string;
  loaded: LoadedRun;
}

/** The models of a service by name, each the latest of its run. */
export class ServedModels {
  readonly #watched = new Map<string, WatchedRun>();

  /** @throws ERR_FILE or ERR_CHECKPOINT if a run cannot be loaded */
  constructor(runs: readonly string[], everyMs: number, { onReload, onError }: ModelEvents) {
    try {
      for (const run of runs) {
        const name = this.#nameFor(run);
        const watched = watchRun(run, {
          everyMs,
          onReload: ({ checksum }) => onReload(name, checksum),
          onError: (error) => onError(name, error),
        });
        this.#watched.set(name, watched);
      }
    } catch (error) {
      for (const watched of this.#watched.values()) watched.close();
      throw error;
    }
  }

  /** The folder's name, with a number if there are several of it. */
  #nameFor(run: string): string {
    const name = basename(resolve(run));
    let unique = name;
    for (let number = 2; this.#watched.has(unique); number++) unique = `${name}-${number}`;
    return unique;
  }

  /** All models, in the order of their runs. */
  all(): ServedModel[] {
    return [...this.#watched].map(([name, { run, current }]) => ({ name, run, loaded: current }));
  }

  /** @throws ServiceError, status 404, if there is none of this name */
  named(name: string): ServedModel {
    const all = this.all();
    const model = all.find((each) => each.name === name);
    if (model) return model;
    const names = listed(all.map(({ name }) => name));
    throw new ServiceError(404, `There is no model ${describe(name)}; there are ${names}`, 'model');
  }

  /**
   * Returns the model that a request asks, or the only one of its kind.
   *
   * @throws ServiceError, with the field, if it is not clear or of another kind
   */
  chosen<K extends Kind>(kind: K, name: string | undefined): { name: string; loaded: Extract<LoadedRun, { kind: K }> } {
    const model = name === undefined ? this.#onlyOne(kind) : this.named(name);
    const { loaded } = model;
    if (loaded.kind === kind) return { name: model.name, loaded: loaded as Extract<LoadedRun, { kind: K }> };
    throw new ServiceError(
      400,
      `Expected the name of a model of kind ${KINDS[kind]} for model but ${describe(model.name)} is of kind ${KINDS[loaded.kind]}`,
      'model',
    );
  }

  #onlyOne(kind: Kind): ServedModel {
    const [only, ...others] = this.all().filter(({ loaded }) => loaded.kind === kind);
    if (!only) throw new ServiceError(404, `This service has no model of kind ${KINDS[kind]}`);
    if (others.length === 0) return only;
    const names = listed([only, ...others].map(({ name }) => name));
    throw new ServiceError(
      400,
      `Expected one of ${names} for model: there are several of kind ${KINDS[kind]}`,
      'model',
    );
  }

  /** Stops looking for newer models, and frees them once all calls are answered. */
  async close(): Promise<void> {
    for (const watched of this.#watched.values()) watched.close();
    for (const { loaded } of this.all()) {
      if (loaded.kind === 'gan') loaded.generator.dispose();
      else await loaded.forecaster.dispose();
    }
  }
}

/** Describes a model to clients. */
export function describeModel({ name, run, loaded }: ServedModel): ModelAnswer {
  const { kind, checksum } = loaded;
  const common = { name, kind, checksum, isTraining: RunLock.isHeld(run) };
  if (loaded.kind === 'gan') {
    const { channels, classes, height, width } = loaded.settings;
    return { ...common, channels, height, width, ...(classes.length > 0 && { classes: [...classes] }) };
  }
  const { column, covariates, pastCovariates, horizon, staticCovariates } = loaded.settings;
  return {
    ...common,
    columns: [column].flat(),
    historyLength: loaded.forecaster.historyLength,
    covariates: [...covariates],
    pastCovariates: [...pastCovariates],
    maxHorizon: pastCovariates.length > 0 ? (horizon ?? 1) : undefined,
    staticCovariates: [...staticCovariates],
  };
}
