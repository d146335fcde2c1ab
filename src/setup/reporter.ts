import { SingleBar } from 'cli-progress';

/** The progress of one file. */
export interface ProgressOfFile {
  add(bytes: number): void;
  stop(): void;
}

/** Reports the progress of setup. */
export interface Reporter {
  line(text: string): void;
  /** @param size in bytes, if known */
  start(name: string, size: number | undefined): ProgressOfFile;
}

const BYTES_PER_MB = 1e6;
const LINE_EVERY_PERCENT = 10;

/**
 * Returns a reporter that passes lines to `onProgress`; by default it shows a progress bar on a terminal, and prints lines
 * to stderr otherwise.
 */
export function makeReporter(onProgress?: (line: string) => void): Reporter {
  const line = onProgress ?? ((text: string) => console.error(text));
  const hasBar = onProgress === undefined && process.stderr.isTTY;
  return { line, start: (name, size) => (hasBar && size ? bar(name, size) : lines(name, size, line)) };
}

function bar(name: string, size: number): ProgressOfFile {
  const shown = new SingleBar({
    format: '{bar} {percentage} % of {megabytes} MB, {eta_formatted} left: {name}',
    stream: process.stderr,
    etaBuffer: 100,
  });
  shown.start(size, 0, { name, megabytes: megabytes(size) });
  return { add: (bytes) => shown.increment(bytes), stop: () => shown.stop() };
}

function lines(name: string, size: number | undefined, line: (text: string) => void): ProgressOfFile {
  line(`${name}${size === undefined ? '' : `, ${megabytes(size)} MB`}`);
  let done = 0;
  let next = LINE_EVERY_PERCENT;
  return {
    add(bytes) {
      done += bytes;
      const percent = size ? Math.floor((100 * done) / size) : 0;
      if (percent < next) return;
      line(`${name}: ${percent} %`);
      next = percent - (percent % LINE_EVERY_PERCENT) + LINE_EVERY_PERCENT;
    },
    stop() {},
  };
}

function megabytes(bytes: number): string {
  return (bytes / BYTES_PER_MB).toFixed(bytes < 10 * BYTES_PER_MB ? 1 : 0);
}
