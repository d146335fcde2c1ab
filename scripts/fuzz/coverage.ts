import { type Profiler, Session } from 'node:inspector';

const MEASURED = /\/src\/|\/node_modules\/(pngjs|csv-parse|luxon)\//;

/** Tells whether inputs make code run that none before did, or many times as often. */
export class Coverage {
  readonly #session = new Session();
  readonly #known = new Set<string>();

  constructor() {
    this.#session.connect();
    this.#session.post('Profiler.enable');
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** Returns whether unknown code has run since the last call; with `learn` it is known from now on. */
  hasGrown({ learn }: { learn: boolean }): boolean {
    const fresh = this.#ran().filter((block) => !this.#known.has(block));
    if (learn) for (const block of fresh) this.#known.add(block);
    return fresh.length > 0;
  }

  /** The blocks that have run since the last call, each with the magnitude of how often. */
  #ran(): string[] {
    const blocks: string[] = [];
    const add = (url: string, { startOffset, endOffset, count }: Profiler.CoverageRange) => {
      if (count > 0) blocks.push(`${url} ${startOffset} ${endOffset} ${Math.floor(Math.log2(count))}`);
    };
    // A session within the process answers at once.
    this.#session.post('Profiler.takePreciseCoverage', (_, { result }) => {
      for (const { url, functions } of result.filter(({ url }) => MEASURED.test(url)))
        for (const { ranges } of functions) for (const range of ranges) add(url, range);
    });
    return blocks;
  }
}
