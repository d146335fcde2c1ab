import { describe, formatError } from '../errors';
import type { CsvTable } from './csv';

/** The columns of a file that explain its series. */
export interface CovariateColumns {
  /**
   * Columns known in advance, including rows at the end whose value is still missing. A column of words, such as "sun" and
   * "rain", becomes one input per word, 1 where it is said and 0 elsewhere. Default none.
   */
  covariates?: readonly string[] | undefined;
  /** Columns that describe a series, the same in all its rows, such as its region; numbers or words. Default none. */
  staticCovariates?: readonly string[] | undefined;
  /**
   * Columns known only in the past, such as a measured temperature: the input of a step is their value `horizon` steps
   * before, which is known of all steps of a forecast. Default none.
   */
  pastCovariates?: readonly string[] | undefined;
  /** Most steps of a forecast, for `pastCovariates`; default 1. */
  horizon?: number | undefined;
  /** The words of each column of words, in the order of their inputs; default those in the file, sorted. */
  categories?: Categories | undefined;
}

/** The words of columns. */
export type Categories = Readonly<Record<string, readonly string[]>>;

/** Returns the words of a column; undefined if it has numbers. */
export function knownWords(categories: Categories, column: string): readonly string[] | undefined {
  return Object.hasOwn(categories, column) ? categories[column] : undefined;
}

/** More words are names rather than kinds. */
const MOST_WORDS = 100;

/** Returns the words of each covariate that has words instead of numbers, sorted. @throws ERR_DATA_FORMAT for too many */
export function categoriesOf(table: CsvTable, columns: CovariateColumns): Categories {
  const { covariates = [], staticCovariates = [], pastCovariates = [] } = columns;
  const ofWords = [...covariates, ...staticCovariates, ...pastCovariates].filter((column) => table.hasWords(column));
  return Object.fromEntries(ofWords.map((column) => [column, wordsOf(table, column)]));
}

function wordsOf(table: CsvTable, column: string): string[] {
  const words = [...new Set(table.text(column).map((cell) => cell.trim()))].filter(Boolean).sort();
  if (words.length <= MOST_WORDS) return words;
  throw formatError(
    `${table.path}: column ${describe(column)} has ${words.length} different words: a covariate may have ${MOST_WORDS}`,
  );
}

/** The covariates of a series as a model reads them. */
export interface CovariateInputs {
  /** Each for as many steps as it is known. */
  covariates: Float64Array[];
  staticCovariates: number[];
}

/** The covariates of a file, by row. */
export class CovariateTable {
  readonly #table: CsvTable;
  readonly #known: Float64Array[];
  readonly #static: { column: string; cells: Float64Array }[];
  readonly #past: Float64Array[];
  readonly #lag: number;

  /** @throws ERR_DATA_FORMAT, with the place, for a value that is missing or neither a number nor a known kind of word */
  constructor(table: CsvTable, columns: CovariateColumns) {
    const { covariates = [], staticCovariates = [], pastCovariates = [], horizon = 1 } = columns;
    const categories = columns.categories ?? categoriesOf(table, columns);
    const read = (missing: 'error' | 'nan') => (column: string) => {
      const words = knownWords(categories, column);
      return words ? indicators(table.text(column), words) : [table.numbers(column, missing)];
    };
    this.#known = covariates.flatMap(read('error'));
    this.#static = staticCovariates.flatMap((column) => read('error')(column).map((cells) => ({ column, cells })));
    this.#table = table;
    this.#past = pastCovariates.flatMap(read('nan'));
    this.#lag = horizon;
  }

  /** Most steps of a forecast of which past covariates are known; undefined without any. */
  get maxHorizon(): number | undefined {
    return this.#past.length > 0 ? this.#lag : undefined;
  }

  /** Number of inputs that change with time. */
  get size(): number {
    return this.#known.length + this.#past.length;
  }

  /**
   * Returns the inputs of a series, each for as many steps as it is known.
   *
   * @param rows the rows of the series
   * @param length number of its values
   * @throws ERR_DATA_FORMAT, with the place, if a static covariate changes
   */
  of(rows: readonly number[], length: number): CovariateInputs {
    const pick = (cells: Float64Array) => Float64Array.from(rows, (row) => cells[row]!);
    const past = this.#past.map((cells) => lagged(pick(cells).subarray(0, length), this.#lag));
    return {
      covariates: [...this.#known.map(pick), ...past],
      staticCovariates: this.#static.map(({ column, cells }) => this.#constant(column, cells, rows)),
    };
  }

  /** Returns the value of all rows. @throws ERR_DATA_FORMAT, with the place, if they differ */
  #constant(column: string, cells: Float64Array, rows: readonly number[]): number {
    const value = cells[rows[0]!]!;
    const other = rows.find((row) => cells[row] !== value);
    if (other === undefined) return value;
    const where = `${this.#table.path}:${this.#table.rows[other]!.line}`;
    throw formatError(`${where}: the static covariate ${describe(column)} differs from the row before of its series`);
  }
}

/** Returns for each word 1 where it is said and 0 elsewhere; a word that was not seen in training is none of them. */
export function indicators(cells: readonly string[], words: readonly string[]): Float64Array[] {
  return words.map((word) => Float64Array.from(cells, (cell) => Number(cell.trim() === word)));
}

/** Moves values on by some steps; the first ones, and missing ones, repeat the value before. */
export function lagged(values: Float64Array, lag: number): Float64Array {
  let last = values.find((value) => !Number.isNaN(value)) ?? 0;
  const filled = values.map((value) => {
    if (!Number.isNaN(value)) last = value;
    return last;
  });
  return Float64Array.from({ length: values.length + lag }, (_, step) => filled[Math.max(step - lag, 0)]!);
}
