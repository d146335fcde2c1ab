import type { DType } from '../native/handle';
import { Layer } from '../nn/module';
import type { Tensor } from '../tensor/tensor';

/**
 * A network that tells real samples from generated ones: a {@link Discriminator}, {@link DcganDiscriminator},
 * {@link ResnetDiscriminator} or {@link ProjectionDiscriminator}.
 *
 * @example
 * ```ts
 * import { DcganDiscriminator, Discriminator, rand, type SampleDiscriminator } from 'libtorch-generative';
 *
 * const both: SampleDiscriminator[] = [new Discriminator(), new DcganDiscriminator({ resolution: 28, channels: 1 })];
 * for (const each of both) console.log(each.dataDim, each.forward(rand([2, 784])).shape);
 * // 784 [ 2, 1 ]
 * // 784 [ 2, 1 ]
 * ```
 */
export abstract class SampleDiscriminator extends Layer {
  /** Values per sample. */
  abstract readonly dataDim: number;

  /** @internal Values of a sample's last hidden layer. */
  abstract readonly numFeatures: number;

  /** @internal Returns the last hidden layer: (B, ...), numFeatures each. */
  abstract hidden<D extends DType>(data: Tensor<D>): Tensor<D>;

  /** @internal Returns the realness logits (B, 1) for a last hidden layer. */
  abstract judge<D extends DType>(hidden: Tensor<D>): Tensor<D>;

  /**
   * Returns the realness logit of each sample, before the sigmoid. Train on these with {@link bceWithLogitsLoss}.
   *
   * @param data (B, dataDim); those for images also take (B, channels, height, width)
   * @returns (B, 1)
   * @throws ERR_SHAPE
   */
  logits<D extends DType>(data: Tensor<D>): Tensor<D> {
    return this.judge(this.hidden(data));
  }

  /**
   * Returns the probability that each sample is real.
   *
   * @param data (B, dataDim); those for images also take (B, channels, height, width)
   * @returns (B, 1), in [0, 1]
   * @throws ERR_SHAPE
   */
  override forward<D extends DType>(data: Tensor<D>): Tensor<D> {
    const logits: Tensor = this.logits(data);
    return logits.sigmoid() as Tensor<D>;
  }
}
