import { LibtorchGenerativeError } from '../errors';
import { checkSize } from '../nn/check';
import { RandomGenerator, randomSeed, randperm } from '../tensor/random';
import { scope } from '../tensor/scope';
import type { Tensor } from '../tensor/tensor';

export interface DataLoaderOptions {
  /** Rows in a batch. */
  batchSize: number;
  /** A new order in every epoch; default false. */
  shuffle?: boolean;
  /** Leave out a last batch with fewer rows; default false. */
  dropLast?: boolean;
  /** Makes of each batch of rows the one that is handed out; a batch's tensors are small where all rows' are not. */
  transform?: (rows: Tensor) => Tensor;
}

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
 */
export class DataLoader implements Iterable<Tensor> {
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly dropLast: boolean;
  readonly #transform: (rows: Tensor) => Tensor;
  readonly #numRows: number;

  /** @param data (N, ...) on any device */
  constructor(
    readonly data: Tensor,
    { batchSize, shuffle = false, dropLast = false, transform = (rows) => rows }: DataLoaderOptions,
  ) {
    checkSize('batchSize', batchSize);
    this.batchSize = batchSize;
    this.shuffle = shuffle;
    this.dropLast = dropLast;
    this.#transform = transform;
    this.#numRows = data.shape[0] ?? 0;
    if (this.numBatches === 0) {
      throw new LibtorchGenerativeError(
        'ERR_INVALID_ARGUMENT',
        `Expected at most ${this.#numRows} for batchSize, the number of rows, but received ${batchSize}`,
      );
    }
  }

  get numBatches(): number {
    return (this.dropLast ? Math.floor : Math.ceil)(this.#numRows / this.batchSize);
  }

  /** Draws what PyTorch's loader and sampler draw when an epoch begins, in their order. */
  startEpoch(): EpochCursor {
    randomSeed(); // the loader's base seed, which only its worker processes would use
    return { samplerSeed: this.shuffle ? randomSeed() : undefined, batch: 0 };
  }

  /** The batches from the cursor on; it moves along, so that it can be saved between two batches. */
  *batches(cursor: EpochCursor): Generator<Tensor, void> {
    const { samplerSeed } = cursor;
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
        yield scope(() => {
          const rows = order ? this.data.indexSelect(0, order.slice(0, start, end)) : this.data.slice(0, start, end);
          return this.#transform(rows);
        });
      }
    } finally {
      order?.dispose();
    }
  }

  [Symbol.iterator](): Generator<Tensor, void> {
    return this.batches(this.startEpoch());
  }
}
