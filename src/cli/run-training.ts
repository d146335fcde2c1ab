import { existsSync, fstatSync, readSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { TrainingOptions } from '../training/options';
import type { TrainingRun } from '../training/training-run';
import { progressBar } from './progress';

/** Returns an unused folder in runs/: NAME, or NAME-2, NAME-3, ... if it exists. */
export function newRunFolder(name: string): string {
  for (let number = 1; ; number++) {
    const folder = join('runs', number === 1 ? name : `${name}-${number}`);
    if (!existsSync(folder)) return folder;
  }
}

/** Returns the training's options, with a run folder, from the flags. */
export function trainingOptions<Flags extends TrainingOptions & { json?: boolean }>(
  { json, ...flags }: Flags,
  name: string,
) {
  return { ...flags, out: flags.out ?? (flags.resume === undefined ? newRunFolder(name) : undefined) };
}

/** What a training is started with. */
export type Hooks = Pick<TrainingOptions, 'signal' | 'onProgress' | 'onWork'>;

/**
 * Runs a training on the command line. Shows a progress bar on a terminal, prints one line (with `json`, one object)
 * per epoch to stdout, and on Ctrl-C writes a checkpoint and exits with status 130.
 *
 * @param line returns the line of an epoch, or undefined for none
 * @param verdict returns a line about the result, if any, for stderr
 */
export async function runTraining<Epoch extends { epoch: number }, Result>(
  start: (hooks: Hooks) => TrainingRun<Epoch, Result>,
  {
    folder,
    json = false,
    line,
    verdict,
  }: {
    folder: string;
    json?: boolean;
    line: (record: Epoch) => string | undefined;
    verdict?: (result: Result) => string | undefined;
  },
): Promise<void> {
  const interrupt = interruptSignal();
  const bar = json ? undefined : progressBar();
  try {
    const training = start({ signal: interrupt.signal, onProgress: bar?.training, onWork: bar?.work });
    for await (const record of training) {
      const text = json ? JSON.stringify(record) : line(record);
      bar?.clear();
      if (text !== undefined) process.stdout.write(`${text}\n`);
    }
    const result = verdict?.(await training.result);
    bar?.stop();
    if (result !== undefined) console.error(result);
    console.error(`The run is in ${folder}`);
  } catch (error) {
    bar?.stop();
    if (!interrupt.signal.aborted || error !== interrupt.signal.reason) throw error;
    const isKept = existsSync(join(folder, 'config.json'));
    console.error(isKept ? `Interrupted; continue with --resume ${folder}` : 'Interrupted before the first epoch');
    process.exitCode = interrupt.exitCode();
  } finally {
    interrupt.release();
  }
}

const SIGNAL_NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };

/** The first Ctrl-C stops the training after the current batch; the second ends the process immediately. */
function interruptSignal() {
  const controller = new AbortController();
  let exitCode = 1;
  const onSignal = (name: NodeJS.Signals) => {
    if (name === 'SIGHUP' && isUnderNohup()) return;
    exitCode = 128 + SIGNAL_NUMBERS[name as keyof typeof SIGNAL_NUMBERS];
    if (controller.signal.aborted) process.exit(exitCode);
    controller.abort();
  };
  const names = Object.keys(SIGNAL_NUMBERS) as NodeJS.Signals[];
  for (const name of names) process.on(name, onSignal);
  return {
    signal: controller.signal,
    exitCode: () => exitCode,
    release: () => {
      for (const name of names) process.off(name, onSignal);
    },
  };
}

/**
 * Returns whether nohup started this process, so that SIGHUP must be ignored. Node resets the signal handler on start,
 * so this is inferred from the shell's `_`, the command that it ran, and from stdin, which nohup replaces by a
 * write-only /dev/null if it is a terminal.
 */
function isUnderNohup(): boolean {
  if (basename(process.env._ ?? '') === 'nohup') return true;
  try {
    if (fstatSync(0).rdev !== statSync('/dev/null').rdev) return false;
    readSync(0, new Uint8Array(1));
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EBADF';
  }
}
