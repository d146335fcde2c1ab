import { existsSync, fstatSync, readSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Presets, SingleBar } from 'cli-progress';
import type { Progress, TrainingOptions } from '../training/options';
import type { TrainingRun } from '../training/training-run';

/** A new folder under runs/: NAME, or NAME-2, NAME-3, ... where it is taken. */
export function newRunFolder(name: string): string {
  for (let number = 1; ; number++) {
    const folder = join('runs', number === 1 ? name : `${name}-${number}`);
    if (!existsSync(folder)) return folder;
  }
}

/** Splits the flags into the training's options and the folder that the run goes to. */
export function trainingOptions<Flags extends TrainingOptions & { json?: boolean }>(
  { json, ...flags }: Flags,
  name: string,
) {
  return { ...flags, out: flags.out ?? (flags.resume === undefined ? newRunFolder(name) : undefined) };
}

/**
 * Runs a training on the command line: a progress bar on a terminal, a line (or with `json` an object) an epoch on
 * stdout, and on Ctrl-C a checkpoint and exit status 130.
 *
 * @param line the line of an epoch, or undefined for none
 * @param warning what an epoch gives cause to warn of, on stderr
 */
export async function runTraining<Epoch extends { epoch: number }>(
  start: (options: Pick<TrainingOptions, 'signal' | 'onProgress'>) => TrainingRun<Epoch, unknown>,
  {
    folder,
    json = false,
    line,
    warning,
  }: {
    folder: string;
    json?: boolean;
    line: (record: Epoch) => string | undefined;
    warning?: (record: Epoch) => string | undefined;
  },
): Promise<void> {
  const interrupt = interruptSignal();
  const bar = progressBar(json);
  try {
    for await (const record of start({ signal: interrupt.signal, onProgress: bar?.update })) {
      const text = json ? JSON.stringify(record) : line(record);
      const warned = warning?.(record);
      bar?.clear();
      if (text !== undefined) process.stdout.write(`${text}\n`);
      if (warned !== undefined) console.error(`warning: ${warned}`);
    }
    bar?.stop();
    console.error(`The run is in ${folder}`);
  } catch (error) {
    bar?.stop();
    if (!interrupt.signal.aborted || error !== interrupt.signal.reason) throw error;
    console.error(`Interrupted; go on with --resume ${folder}`);
    process.exitCode = interrupt.exitCode();
  } finally {
    interrupt.release();
  }
}

const SIGNAL_NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };

/** The first Ctrl-C stops the training after its batch; the second ends the process at once. */
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
 * Whether nohup started this process, so that SIGHUP is to be ignored. Node sets the signal to its default when it
 * starts; left are the shell's `_`, the command that it ran, and what nohup puts in the place of a terminal as stdin:
 * /dev/null, but not for reading.
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

function progressBar(json: boolean) {
  if (json || !process.stderr.isTTY) return undefined;
  const format = 'epoch {epoch}/{epochs} [{bar}] {percentage}% | {rate} batches/s | {eta_formatted} left';
  const bar = new SingleBar({ format, stream: process.stderr, etaBuffer: 200, hideCursor: true }, Presets.legacy);
  const startMs = performance.now();
  let startedAt: number | undefined;
  return {
    update({ epoch, epochs, batch, batches }: Progress): void {
      const done = epoch * batches + batch;
      if (startedAt === undefined) {
        startedAt = done;
        bar.start(epochs * batches, done, { epoch: epoch + 1, epochs, rate: '-' });
      }
      const rate = Math.round((done - startedAt) / ((performance.now() - startMs) / 1000));
      bar.update(done, { epoch: epoch + 1, epochs, rate });
    },
    /** Makes room for a line; the next update draws the bar below it. */
    clear: () => process.stderr.write('\r\x1b[K'),
    stop: () => bar.stop(),
  };
}
