import { Presets, SingleBar } from 'cli-progress';
import type { Progress } from '../training/options';
import type { WorkProgress } from '../work';

/** Progress on a terminal's stderr, above which lines may be written. */
export interface ProgressBar {
  /** Shows the progress of a training's epochs. */
  training(progress: Progress): void;
  /** Shows the progress of other work. */
  work(progress: WorkProgress): void;
  /** Clears the bar to make room for a line; the next update draws the bar below it. */
  clear(): void;
  stop(): void;
}

const VERBS: Record<WorkProgress['task'], string> = {
  read: 'reading',
  choose: 'choosing',
  calibrate: 'calibrating',
  forecast: 'forecasting',
  evaluate: 'evaluating',
};

/** @returns undefined unless stderr is a terminal */
export function progressBar(): ProgressBar | undefined {
  if (!process.stderr.isTTY) return undefined;
  let bar: { title: string; single: SingleBar; startMs: number; startedAt: number } | undefined;
  /** Moves the bar of a kind of work, or begins a new one. */
  const show = (title: string, unit: string, done: number, total: number, label = title) => {
    if (bar?.title !== title) {
      bar?.single.stop();
      const format = `{label} [{bar}] {percentage}% | {rate} ${unit}/s | {eta_formatted} left`;
      const options = { format, stream: process.stderr, etaBuffer: 200, hideCursor: true, clearOnComplete: true };
      bar = { title, single: new SingleBar(options, Presets.legacy), startMs: performance.now(), startedAt: done };
      bar.single.start(total, done, { label, rate: '-' });
    }
    const rate = Math.round((done - bar.startedAt) / ((performance.now() - bar.startMs) / 1000));
    bar.single.update(done, { label, rate });
  };
  return {
    training: ({ epoch, epochs, batch, batches }) =>
      show('epoch', 'batches', epoch * batches + batch, epochs * batches, `epoch ${epoch + 1}/${epochs}`),
    work: ({ task, done, total }) => show(VERBS[task], task === 'read' ? 'images' : 'forecasts', done, total),
    clear: () => process.stderr.write('\r\x1b[K'),
    stop: () => bar?.single.stop(),
  };
}
