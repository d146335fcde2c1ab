import {
  type Checks,
  checkBoolean,
  checkFunction,
  checkInstance,
  checkInteger,
  checkSize,
  isInstance,
  readAll,
  readOptions,
} from '../check';
import { invalidArgument } from '../errors';
import { native } from '../native/addon';
import { RandomGenerator, randomSeed, randperm } from '../tensor/random';
import { scope } from '../tensor/scope';
import { Tensor } from '../tensor/tensor';

/** How a {@link DataLoader} makes batches. */
export interface DataLoaderOptions {
  /** Rows in a batch. */
  batchSize: number;
  /** A new order in every epoch; default false. */
  shuffle?: boolean | undefined;
  /** Leave out a last batch with fewer rows; default false. */
  dropLast?: boolean | undefined;
  /** Makes of each batch of rows the one that is handed out; a batch's tensors are small where all rows' are not. */
  transform?: ((rows: Tensor) => Tensor) | undefined;
}

const OPTIONS: Checks<DataLoaderOptions> = {
  batchSize: checkSize,
  shuffle: checkBoolean,
  dropLast: checkBoolean,
  transform: checkFunction,
};

/** Where an epoch stands: enough to continue it. */
export interface EpochCursor {
  /** Seed of the epoch's order; undefined without shuffle. */
  readonly samplerSeed: bigint | undefined;
  /** The batch that comes next. */
  batch: number;
}

/**
 * Batches of the rows of a tensor, in the orders that PyTorch's DataLoader draws from the same seed. Iterate it once an
 * epoch; each batch is a new tensor, so take it inside a {@link scope} or dispose of it.
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
export class DataLoader implements Iterable<Tensor> {
  /** Rows in a batch. */
  readonly batchSize: number;
  /** Whether each epoch has a new order. */
  readonly shuffle: boolean;
  /** Whether a last batch with fewer rows is left out. */
  readonly dropLast: boolean;
  readonly #transform: ((rows: Tensor) => Tensor) | undefined;
  readonly #numRows: number;

  /**
   * A loader of a tensor's rows.
   *
   * @param data (N, ...) on any device; it must live as long as the loader
   * @throws ERR_INVALID_ARGUMENT, also if not even one batch comes of it
   */
  constructor(
    /** (N, ...), the rows. */
    readonly data: Tensor,
    options: DataLoaderOptions,
  ) {
    checkInstance('data', data, Tensor);
    const { batchSize, shuffle = false, dropLast = false, transform } = readOptions(options, OPTIONS);
    checkSize('batchSize', batchSize);
    const { shape } = data;
    if (!(shape[0]! > 0)) throw invalidArgument('data', 'a Tensor of at least one row', `(${shape.join(', ')})`);
    this.batchSize = batchSize;
    this.shuffle = shuffle;
    this.dropLast = dropLast;
    this.#transform = transform;
    this.#numRows = shape[0]!;
    if (this.numBatches === 0) {
      throw invalidArgument('batchSize', `at most ${this.#numRows}, the number of rows,`, batchSize);
    }
  }

  /** Batches of an epoch. */
  get numBatches(): number {
    return (this.dropLast ? Math.floor : Math.ceil)(this.#numRows / this.batchSize);
  }

  /** Draws what PyTorch's loader and sampler draw when an epoch begins, in their order. */
  startEpoch(): EpochCursor {
    randomSeed(); // the loader's base seed, which only its worker processes would use
    return { samplerSeed: this.shuffle ? randomSeed() : undefined, batch: 0 };
  }

  /**
   * The batches from the cursor on; it moves along, so that it can be saved between two batches.
   *
   * @param cursor from {@link DataLoader.startEpoch}
   * @throws ERR_INVALID_ARGUMENT for a cursor that is none of this loader's
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
  batches(cursor: EpochCursor): Generator<Tensor, void> {
    const { samplerSeed } = readAll(
      cursor,
      {
        samplerSeed: (name, value) => {
          if (this.shuffle && typeof value !== 'bigint') throw invalidArgument(name, 'a bigint', value);
          if (!this.shuffle && value !== undefined) throw invalidArgument(name, 'undefined, without shuffle,', value);
        },
        batch: (name, value) => checkInteger(name, value, { min: 0, max: this.numBatches }),
      },
      'cursor',
    );
    return this.#batches(cursor, samplerSeed);
  }

  *#batches(cursor: EpochCursor, samplerSeed: bigint | undefined): Generator<Tensor, void> {
    const order =
      samplerSeed === undefined
        ? undefined
        : scope(() => {
            const generator = new RandomGenerator(samplerSeed);
            return randperm(this.#numRows, { generator }).to({ device: this.data.device });
          });
    try {
      while (cursor.batch < this.numBatches) {
        const start = cursor.batch++ * this.batchSize;
        const end = Math.min(start + this.batchSize, this.#numRows);
        yield scope(() => this.#transformed(this.#rows(order, start, end)));
      }
    } finally {
      order?.dispose();
    }
  }

  #transformed(rows: Tensor): Tensor {
    const batch = this.#transform ? this.#transform(rows) : rows;
    if (isInstance(batch, Tensor)) return batch;
    throw invalidArgument('the result of transform', 'a Tensor', batch);
  }

  #rows(order: Tensor | undefined, start: number, end: number): Tensor {
    if (!order) return this.data.slice(0, start, end);
    return new Tensor(native().selectRows(this.data.handle, order.handle, start, end));
  }

  /** The batches of a new epoch. */
  [Symbol.iterator](): Generator<Tensor, void> {
    return this.batches(this.startEpoch());
  }
}
