import {
  type Checks,
  checkBoolean,
  checkFunction,
  checkInstance,
  checkInteger,
  checkSize,
  isInstance,
  readAll,
  reading,
  readOptions,
} from '../check';
import { invalidArgument } from '../errors';
import { native } from '../native/addon';
import { RandomGenerator, randomSeed, randperm } from '../tensor/random';
import { scope } from '../tensor/scope';
import { Tensor } from '../tensor/tensor';
import { toElements } from './numbers';

/** What a {@link DataLoader} returns batches of: a tensor's rows, or those of several tensors of as many rows. */
export type Rows = Tensor | readonly Tensor[];

/** Options of {@link DataLoader}. */
export interface DataLoaderOptions<Data extends Rows = Tensor> {
  /** Rows per batch. */
  batchSize: number;
  /** Whether to reshuffle the rows every epoch; default false. */
  shuffle?: boolean | undefined;
  /** Whether to drop an incomplete last batch; default false. */
  dropLast?: boolean | undefined;
  /** Transforms each batch before it is returned; needs less memory than transforming all rows at once. */
  transform?: ((rows: Data) => Data) | undefined;
}

const OPTIONS: Checks<DataLoaderOptions<never>> = {
  batchSize: checkSize,
  shuffle: checkBoolean,
  dropLast: checkBoolean,
  transform: checkFunction,
};

/** Position within an epoch: enough to continue it. */
export interface EpochCursor {
  /** Seed of the epoch's order; undefined without shuffling. */
  readonly samplerSeed: bigint | undefined;
  /** Index of the next batch. */
  batch: number;
  /** Rows per batch of the epoch; default the loader's. Thus another loader can finish an epoch that this one began. */
  readonly batchSize?: number | undefined;
}

/**
 * Splits a tensor's rows into batches, in the order that PyTorch's DataLoader draws from the same seed. Each iteration
 * is one epoch. Each batch is a new tensor: use it inside a {@link scope} or dispose of it.
 *
 * Several tensors of as many rows, such as images and labels, are split together, as PyTorch's TensorDataset is: each batch
 * is an array of tensors.
 *
 * @see https://docs.pytorch.org/docs/stable/data.html
 * @example
 * ```ts
 * import { arange, DataLoader, manualSeed } from 'libtorch-generative';
 *
 * manualSeed(7);
 * const loader = new DataLoader(arange(0, 10).view(5, 2), { batchSize: 2, shuffle: true });
 * for (let epoch = 0; epoch < 3; epoch++) {
 *   for (const batch of loader) batch.dispose();
 * }
 * console.log([...loader].map((batch) => batch.shape)); // [ [ 2, 2 ], [ 2, 2 ], [ 1, 2 ] ]
 * ```
 */
export class DataLoader<const Data extends Rows = Tensor> implements Iterable<Data> {
  /** Rows per batch. */
  readonly batchSize: number;
  /** Whether the rows are reshuffled every epoch. */
  readonly shuffle: boolean;
  /** Whether an incomplete last batch is dropped. */
  readonly dropLast: boolean;
  readonly #transform: ((rows: never) => unknown) | undefined;
  readonly #numRows: number;

  /**
   * Creates a loader for a tensor's rows, or those of several tensors.
   *
   * @param data (N, ...), or an array of such tensors, on any device; must live as long as the loader
   * @throws ERR_INVALID_ARGUMENT, also if the rows do not fill a single batch
   */
  constructor(
    /** The rows: (N, ...), or an array of such tensors. */
    readonly data: Data,
    options: DataLoaderOptions<Data>,
  ) {
    const numRows = numRowsOf(data);
    const { batchSize, shuffle = false, dropLast = false, transform } = readOptions(options, OPTIONS);
    checkSize('batchSize', batchSize);
    this.batchSize = batchSize;
    this.shuffle = shuffle;
    this.dropLast = dropLast;
    this.#transform = transform;
    this.#numRows = numRows;
    if (this.numBatches === 0) {
      throw invalidArgument('batchSize', `at most ${this.#numRows}, the number of rows,`, batchSize);
    }
  }

  /** Number of batches per epoch. */
  get numBatches(): number {
    return this.numBatchesOf(this.batchSize);
  }

  /** @internal Number of batches of an epoch with this many rows per batch. */
  numBatchesOf(batchSize: number): number {
    return (this.dropLast ? Math.floor : Math.ceil)(this.#numRows / batchSize);
  }

  /** Starts an epoch: draws the same random numbers as PyTorch's loader and sampler, in the same order. */
  startEpoch(): EpochCursor {
    randomSeed(); // the loader's base seed, used only by worker processes
    return { samplerSeed: this.shuffle ? randomSeed() : undefined, batch: 0, batchSize: this.batchSize };
  }

  /**
   * Returns the batches from the cursor on. The cursor advances with each batch, so it can be saved between batches.
   *
   * @param cursor from {@link DataLoader.startEpoch}
   * @throws ERR_INVALID_ARGUMENT if the cursor does not fit this loader
   * @example
   * ```ts
   * import { arange, DataLoader } from 'libtorch-generative';
   *
   * const loader = new DataLoader(arange(0, 6), { batchSize: 2 });
   * const cursor = loader.startEpoch();
   * for (const batch of loader.batches(cursor)) {
   *   batch.dispose();
   *   break;
   * }
   * console.log(cursor.batch, [...loader.batches(cursor)].length); // 1 2
   * ```
   */
  batches(cursor: EpochCursor): Generator<Data, void> {
    const {
      samplerSeed,
      batch,
      batchSize = this.batchSize,
    } = readAll<EpochCursor>(
      cursor,
      {
        batchSize: (name, value) => void (value === undefined || checkSize(name, value)),
        samplerSeed: (name, value) => {
          if (this.shuffle && typeof value !== 'bigint') throw invalidArgument(name, 'a bigint', value);
          if (!this.shuffle && value !== undefined) throw invalidArgument(name, 'undefined, without shuffle,', value);
        },
        batch: (name, value) => checkInteger(name, value, { min: 0 }),
      },
      'cursor',
    );
    const numBatches = this.numBatchesOf(batchSize);
    checkInteger('cursor.batch', batch, { min: 0, max: numBatches });
    return this.#batches(cursor, { samplerSeed, batchSize, numBatches });
  }

  *#batches(
    cursor: EpochCursor,
    epoch: { samplerSeed: bigint | undefined; batchSize: number; numBatches: number },
  ): Generator<Data, void> {
    const { samplerSeed, batchSize, numBatches } = epoch;
    const order =
      samplerSeed === undefined
        ? undefined
        : scope(() => {
            const generator = new RandomGenerator(samplerSeed);
            return randperm(this.#numRows, { generator }).to({ device: this.#tensors[0]!.device });
          });
    try {
      while (cursor.batch < numBatches) {
        const start = cursor.batch++ * batchSize;
        const end = Math.min(start + batchSize, this.#numRows);
        yield scope(() => this.#transformed(this.#rows(order, start, end)));
      }
    } finally {
      order?.dispose();
    }
  }

  get #tensors(): readonly Tensor[] {
    return [this.data].flat() as Tensor[];
  }

  #transformed(rows: Data): Data {
    const batch = this.#transform ? this.#transform(rows as never) : rows;
    const isArray = Array.isArray(batch) && batch.every((each) => isInstance(each, Tensor));
    if (isArray || isInstance(batch, Tensor)) return batch as Data;
    throw invalidArgument('the result of transform', 'a Tensor, or an array of them,', batch);
  }

  #rows(order: Tensor | undefined, start: number, end: number): Data {
    const rowsOf = (data: Tensor) =>
      order ? new Tensor(native().selectRows(data.handle, order.handle, start, end)) : data.slice(0, start, end);
    return (Array.isArray(this.data) ? this.data.map(rowsOf) : rowsOf(this.data as Tensor)) as Data;
  }

  /** Starts a new epoch and returns its batches. */
  [Symbol.iterator](): Generator<Data, void> {
    return this.batches(this.startEpoch());
  }
}

/** Checks data and returns the number of its rows. */
function numRowsOf(data: Rows): number {
  const isArray = reading('data', () => Array.isArray(data));
  const tensors = isArray ? toElements('data', data) : [data];
  let numRows: number | undefined;
  for (const [index, each] of tensors.entries()) {
    const name = isArray ? `data[${index}]` : 'data';
    checkInstance(name, each, Tensor);
    const { shape } = each as Tensor;
    if (!(shape[0]! > 0)) throw invalidArgument(name, 'a Tensor of at least one row', `(${shape.join(', ')})`);
    numRows ??= shape[0]!;
    if (shape[0] !== numRows) throw invalidArgument(name, `a Tensor of ${numRows} rows`, `(${shape.join(', ')})`);
  }
  if (numRows === undefined) throw invalidArgument('data', 'at least one Tensor', data);
  return numRows;
}
