import { type Checks, checkSize, readOptions } from '../check';
import { invalidArgument } from '../errors';
import type { DType } from '../native/handle';
import { Embedding } from '../nn/embedding';
import { checkModule } from '../nn/module';
import type { Tensor } from '../tensor/tensor';
import { checkTensor } from '../tensor/tensor-memory';
import { checkLabels } from './conditional-generator';
import { glorot } from './residual-block';
import { SampleDiscriminator } from './sample-discriminator';

/** The classes of a {@link ProjectionDiscriminator}. */
export interface ProjectionDiscriminatorOptions {
  /** Number of classes. */
  numClasses: number;
}

const CHECKS: Checks<ProjectionDiscriminatorOptions> = { numClasses: checkSize };

/**
 * A discriminator that is told which class a sample is said to be of: the product of a learned vector for the class and the
 * last hidden layer of a net is added to the net's logit. Its parameters are `embedding.weight`, and the net's with the
 * prefix `net.`.
 *
 * @see https://arxiv.org/abs/1802.05637
 * @example
 * ```ts
 * import { Discriminator, ProjectionDiscriminator, rand, tensor } from 'libtorch-generative';
 *
 * const discriminator = new ProjectionDiscriminator(new Discriminator(), { numClasses: 10 });
 * const labels = tensor([3, 7], { dtype: 'int64' });
 * console.log(discriminator.logits(rand([2, 784]), labels).shape); // [ 2, 1 ]
 * ```
 */
export class ProjectionDiscriminator extends SampleDiscriminator {
  /** Number of classes. */
  readonly numClasses: number;
  /** The vectors that stand for the classes. */
  readonly embedding: Embedding;

  /**
   * Creates a discriminator, with new vectors drawn from the thread's random numbers, uniform as Glorot's initial weights.
   *
   * @throws ERR_INVALID_ARGUMENT
   */
  constructor(
    /** Judges samples of any class. */
    readonly net: SampleDiscriminator,
    options: ProjectionDiscriminatorOptions,
  ) {
    super();
    checkModule('net', net, SampleDiscriminator);
    if (net instanceof ProjectionDiscriminator) throw invalidArgument('net', 'a discriminator without classes', net);
    const { numClasses } = readOptions(options, CHECKS);
    checkSize('numClasses', numClasses);
    this.numClasses = numClasses;
    net.stateDict(); // refuses a disposed net
    this.embedding = glorot(new Embedding(numClasses, net.numFeatures));
  }

  /** Values per sample. */
  get dataDim(): number {
    return this.net.dataDim;
  }

  /** @internal */
  get numFeatures(): number {
    return this.net.numFeatures;
  }

  /** @internal */
  hidden<D extends DType>(data: Tensor<D>): Tensor<D> {
    return this.net.hidden(data);
  }

  /** @internal Without a class. */
  judge<D extends DType>(hidden: Tensor<D>): Tensor<D> {
    return this.net.judge(hidden);
  }

  /**
   * Returns the realness logit of each sample, as one of its class, before the sigmoid.
   *
   * @param data (B, dataDim); nets for images also take (B, channels, height, width)
   * @param labels int64 (B), the class that each sample is said to be of
   * @returns (B, 1)
   * @throws ERR_SHAPE; ERR_LIBTORCH for a label out of range
   */
  override logits<D extends DType>(data: Tensor<D>, labels?: Tensor): Tensor<D> {
    checkTensor('data', data);
    checkLabels(labels, data.shape[0]!);
    const hidden: Tensor = this.net.hidden(data);
    const vectors = this.embedding.forward(labels); // (B, F)
    const ofClass = vectors.mul(hidden.flatten(1)).sum(1, { keepdim: true }); // (B, 1)
    return this.net.judge(hidden).add(ofClass) as Tensor<D>;
  }

  /**
   * Returns the probability that each sample is real, as one of its class.
   *
   * @param data (B, dataDim); nets for images also take (B, channels, height, width)
   * @param labels int64 (B), the class that each sample is said to be of
   * @returns (B, 1), in [0, 1]
   * @throws ERR_SHAPE; ERR_LIBTORCH for a label out of range
   */
  override forward<D extends DType>(data: Tensor<D>, labels?: Tensor): Tensor<D> {
    const logits: Tensor = this.logits(data, labels);
    return logits.sigmoid() as Tensor<D>;
  }
}
