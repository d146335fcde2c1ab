import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import { moveToCore } from './cores';
import type { Answer, Request } from './work';

/** A process that does steps when asked, and waits for its standard input while others do theirs. */
export class Contestant {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #answers: AsyncIterator<string>;

  constructor(command: string, args: string[], cwd: string) {
    this.#process = spawn(command, args, { cwd, stdio: ['pipe', 'pipe', 'inherit'] });
    this.#process.stdin.on('error', () => {}); // it has ended; the answer that is missing tells
    this.#answers = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  /**
   * @param round in which it is asked, so that a single thread runs on the core of that round; none for any core
   * @returns milliseconds of each step
   * @throws Error with the contestant's reason if it can't do it
   */
  async steps(request: Request, round?: number): Promise<number[]> {
    moveToCore(this.#process.pid!, request.threads === 1 ? round : undefined);
    this.#process.stdin.write(`${JSON.stringify(request)}\n`);
    const line = await this.#answers.next();
    if (line.done) throw new Error('its process ended; its message is above');
    const answer = JSON.parse(line.value) as Answer;
    if ('error' in answer) throw new Error(answer.error);
    return answer.ms;
  }

  stop(): void {
    this.#process.stdin.end();
  }
}
