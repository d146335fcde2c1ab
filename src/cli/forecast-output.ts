import { extname } from 'node:path';
import type { Forecast } from '../data/forecast';
import { AtomicFile } from '../files';
import { type CsvColumns, csvHeader, csvRows } from '../report/forecast-csv';

/** What forecasts are written as. */
export interface ForecastFormat extends CsvColumns {
  /** Name of the column that is forecast, for people. */
  column: string;
}

/** Writes forecasts one by one, so that those of any number of series need little memory. */
export class ForecastOutput {
  readonly #file: AtomicFile | undefined;
  readonly #sinks: { writer: Writer; write: (text: string) => void }[] = [];
  #hasBegun = false;

  /**
   * @param out a .csv or .json file, which appears when it is complete
   * @param json whether to write JSON to stdout; without it and without a file, CSV is written there
   * @throws ERR_FILE
   */
  constructor(format: ForecastFormat, { out, json }: { out: string | undefined; json: boolean }) {
    if (out !== undefined) {
      const file = new AtomicFile(out);
      this.#file = file;
      this.#sinks.push({ writer: writerOf(format, extname(out) === '.json'), write: (text) => file.write(text) });
    }
    if (json || out === undefined) {
      this.#sinks.push({ writer: writerOf(format, json), write: (text) => process.stdout.write(text) });
    }
  }

  add(forecast: Forecast): void {
    if (!this.#hasBegun) for (const { writer, write } of this.#sinks) write(writer.begin);
    this.#hasBegun = true;
    for (const { writer, write } of this.#sinks) write(writer.next(forecast));
  }

  finish(): void {
    for (const { writer, write } of this.#sinks) write(writer.end);
    this.#file?.commit();
  }

  /** Leaves no file behind, unless it is complete. */
  close(): void {
    this.#file?.close();
  }
}

interface Writer {
  begin: string;
  next: (forecast: Forecast) => string;
  end: string;
}

function writerOf(format: ForecastFormat, isJson: boolean): Writer {
  if (!isJson) return { begin: csvHeader(format), next: (forecast) => csvRows(forecast, format), end: '' };
  const head = JSON.stringify({ column: format.column, levels: format.levels }).slice(0, -1);
  if (!format.hasNames) return { begin: head, next: ({ steps }) => `,"steps":${JSON.stringify(steps)}`, end: '}\n' };
  let separator = '';
  const next = ({ name, steps }: Forecast) => {
    const text = `${separator}${JSON.stringify({ name, steps })}`;
    separator = ',';
    return text;
  };
  return { begin: `${head},"series":[`, next, end: ']}\n' };
}
