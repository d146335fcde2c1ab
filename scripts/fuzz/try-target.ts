// Tries a target, in a process of its own: `tsx try-target.ts NAME NUM_INPUTS SEED FOLDER`, an empty folder. Prints an Outcome as JSON.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import * as fc from 'fast-check';
import { Coverage } from './coverage';
import { mutations } from './mutations';
import type { Target } from './target';
import { TARGETS } from './targets';

/** What trying a target has shown. */
export interface Outcome {
  inputs: number;
  accepted: number;
  seconds: number;
  slowestMs: number;
  /** Inputs to mutate in the end: the valid ones, and those that reached new code. */
  corpus: number;
  memoryMiB: number;
  /** The error that an input caused, and the shortest such input in base64. */
  fault?: { message: string; input: string };
}

export const NOTHING: Outcome = { inputs: 0, accepted: 0, seconds: 0, slowestMs: 0, corpus: 0, memoryMiB: 0 };

/** The input in hand, for whoever finds the process hung or gone. */
export const LAST_INPUT = 'last-input';
const SLOW_MS = 5000;
/** Inputs that are drawn from one state of the corpus, and those whose coverage is looked at together. */
const [ROUND, BATCH] = [1000, 100];
const [MOST_KEPT, LONGEST_KEPT] = [2000, 16_384];

class Trial {
  readonly outcome: Outcome = { ...NOTHING };
  readonly #coverage = new Coverage();
  #corpus: Uint8Array[] = [];
  #batch: Uint8Array[] = [];

  constructor(
    readonly target: Target,
    readonly folder: string,
  ) {}

  async run(numInputs: number, seed: number): Promise<Outcome> {
    const { outcome } = this;
    this.#corpus = [...(await this.target.prepare(this.folder))];
    const start = performance.now();
    while (outcome.inputs < numInputs && !outcome.fault) {
      await this.#round(Math.min(ROUND, numInputs - outcome.inputs), seed);
      await setImmediate(); // zlib frees what it refused only then
    }
    const memoryMiB = process.resourceUsage().maxRSS / 1024;
    return { ...outcome, seconds: (performance.now() - start) / 1000, corpus: this.#corpus.length, memoryMiB };
  }

  async #round(numRuns: number, seed: number): Promise<void> {
    const inputs = mutations([...this.#corpus], this.target.words);
    const property = fc.asyncProperty(inputs, (input) => this.#try(input));
    const { failed, counterexample, errorInstance } = await fc.check(property, {
      numRuns,
      seed: seed + this.outcome.inputs,
    });
    if (!failed) return;
    const error = errorInstance as Error;
    this.outcome.fault = { message: error.stack ?? String(error), input: counterexample![0].toString('base64') };
  }

  async #try(input: Uint8Array): Promise<void> {
    const { outcome } = this;
    writeFileSync(join(this.folder, LAST_INPUT), input);
    const start = performance.now();
    if (await this.target.read(this.folder, input)) outcome.accepted++;
    const took = performance.now() - start;
    if (took > SLOW_MS) throw new Error(`Reading took ${Math.round(took)} ms`);
    outcome.slowestMs = Math.max(outcome.slowestMs, took);
    outcome.inputs++;
    this.#batch.push(input);
    if (this.#batch.length >= BATCH) await this.#keepFinders();
  }

  /** Adds those of the batch that reach new code to the corpus. */
  async #keepFinders(): Promise<void> {
    const batch = this.#batch.splice(0);
    if (!this.#coverage.hasGrown({ learn: false }) || this.#corpus.length >= MOST_KEPT) return;
    for (const input of batch.filter(({ length }) => length <= LONGEST_KEPT)) {
      await this.target.read(this.folder, input);
      if (this.#coverage.hasGrown({ learn: true })) this.#corpus.push(input);
    }
  }
}

if (require.main === module) {
  const [name, numInputs, seed, folder] = process.argv.slice(2) as [string, string, string, string];
  process.on('warning', () => {}); // a target's reader warns of what it leaves out
  const target = TARGETS.find((each) => each.name === name)!;
  new Trial(target, folder)
    .run(Number(numInputs), Number(seed))
    .then((outcome) => console.log(JSON.stringify(outcome)));
}
