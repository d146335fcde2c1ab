import type { DType } from '../native/handle';
import { Layer } from '../nn/module';
import type { Tensor } from '../tensor/tensor';

/**
 * A network that tells real samples from generated ones: a {@link Discriminator}, {@link DcganDiscriminator} or
 * {@link ResnetDiscriminator}.
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

  /** Returns the realness logit of each sample, before the sigmoid: (B, 1). */
  abstract logits<D extends DType>(data: Tensor<D>): Tensor<D>;

  /** Returns the probability that each sample is real: (B, 1), in [0, 1]. */
  abstract override forward<D extends DType>(data: Tensor<D>): Tensor<D>;
}
