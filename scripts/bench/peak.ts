import { execFile, execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onCore } from './cores';
import type { Floor } from './gemms';
import { root } from './root';

/** What the cores can do at most: a program of nothing but fused multiply-adds, peak.cc. */
export class Peak {
  readonly #program = join(root, 'build', 'bench-peak');

  /** Compiles it. @throws Error if there is no g++ */
  constructor() {
    const source = join(__dirname, 'peak.cc');
    execFileSync('g++', ['-O3', '-march=native', '-pthread', source, '-o', this.#program], { stdio: 'pipe' });
  }

  /**
   * Milliseconds that a floor's products would take at the rate that the threads have now.
   *
   * @param turnMs for which they are measured
   * @param round as for a contestant's steps
   */
  async timeOf({ gemms, repeats }: Floor, threads: number, turnMs: number, round?: number): Promise<number> {
    const [command, args] = onCore(threads === 1 ? round : undefined, this.#program, [`${threads}`, `${turnMs}`]);
    const { stdout } = await promisify(execFile)(command, args);
    const operations = gemms.reduce((sum, { m, k, n, count }) => sum + 2 * m * k * n * count, 0) * repeats;
    return operations / Number(stdout);
  }
}
