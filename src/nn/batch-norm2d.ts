import { type Checks, checkBoolean, checkSize, readOptions, within } from '../check';
import { native } from '../native/addon';
import type { DType } from '../native/handle';
import { ones, tensor, zeros } from '../tensor/creation';
import { Tensor } from '../tensor/tensor';
import { checkBatch } from './image-sizes';
import { Layer } from './module';
import { newParameter, type Parameter } from './parameter';

/** Options of a {@link BatchNorm2d} layer. */
export interface BatchNorm2dOptions {
  /** Added to the variance. Default 1e-5. */
  eps?: number | undefined;
  /** The share of a new batch in the running statistics. Default 0.1. */
  momentum?: number | undefined;
  /** Whether to scale and shift each channel by trained numbers. Default true. */
  affine?: boolean | undefined;
  /** Whether to keep running statistics, for use after training. Default true. */
  trackRunningStats?: boolean | undefined;
}

/**
 * Normalises each channel of images to mean 0 and variance 1: those of the batch in training, afterwards the running
 * ones. Its parameters are `weight` and `bias`, its buffers `running_mean`, `running_var` and `num_batches_tracked`.
 *
 * @see https://arxiv.org/abs/1502.03167
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.BatchNorm2d.html
 * @example
 * ```ts
 * import { BatchNorm2d, randn } from 'libtorch-generative';
 *
 * const layer = new BatchNorm2d(16);
 * const normal = layer.forward(randn([8, 16, 14, 14]).mul(5).add(3));
 * console.log(Math.abs(normal.mean().item()) < 1e-4, layer.num_batches_tracked?.item()); // true 1
 * ```
 */
export class BatchNorm2d extends Layer {
  /** (numFeatures), initially 1; undefined unless affine */
  readonly weight: Parameter | undefined;
  /** (numFeatures), initially 0; undefined unless affine */
  readonly bias: Parameter | undefined;
  /** (numFeatures), initially 0 */
  declare readonly running_mean: Tensor | undefined;
  /** (numFeatures), initially 1 */
  declare readonly running_var: Tensor | undefined;
  /** Number of training batches */
  declare readonly num_batches_tracked: Tensor | undefined;
  /** Channels of the input. */
  readonly numFeatures: number;
  /** Added to the variance. */
  readonly eps: number;
  /** The share of a new batch in the running statistics. */
  readonly momentum: number;

  /**
   * Creates a layer.
   *
   * @param numFeatures channels of the input
   * @throws ERR_INVALID_ARGUMENT
   */
  constructor(numFeatures: number, options: BatchNorm2dOptions = {}) {
    super();
    checkSize('numFeatures', numFeatures);
    const { eps = 1e-5, momentum = 0.1, affine = true, trackRunningStats = true } = readOptions(options, OPTIONS);
    this.numFeatures = numFeatures;
    this.eps = eps;
    this.momentum = momentum;
    if (affine) {
      this.weight = newParameter(() => ones([numFeatures]));
      this.bias = newParameter(() => zeros([numFeatures]));
    }
    if (trackRunningStats) {
      this.registerBuffer('running_mean', zeros([numFeatures]));
      this.registerBuffer('running_var', ones([numFeatures]));
      this.registerBuffer('num_batches_tracked', tensor(0, { dtype: 'int64' }));
    }
  }

  /**
   * Normalises images.
   *
   * @param input (B, numFeatures, H, W)
   * @returns the same shape
   * @throws ERR_SHAPE; ERR_LIBTORCH for a single value per channel in training
   */
  forward<D extends DType>(input: Tensor<D>): Tensor<D> {
    checkBatch(input, this.numFeatures);
    const { running_mean: mean, running_var: variance, training } = this;
    if (training) this.num_batches_tracked?.add_(1);
    return new Tensor(
      native().batchNorm(
        input.handle,
        this.weight?.handle ?? null,
        this.bias?.handle ?? null,
        mean?.handle ?? null,
        variance?.handle ?? null,
        training || !mean,
        this.momentum,
        this.eps,
        true,
      ),
    );
  }
}

const OPTIONS: Checks<BatchNorm2dOptions> = {
  eps: within({ above: 0 }),
  momentum: within({ min: 0, max: 1 }),
  affine: checkBoolean,
  trackRunningStats: checkBoolean,
};
