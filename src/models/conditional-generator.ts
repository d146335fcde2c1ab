import { type Checks, checkSize, readOptions } from '../check';
import { invalidArgument, LibtorchGenerativeError, shapeText } from '../errors';
import type { DType } from '../native/handle';
import { Embedding } from '../nn/embedding';
import { checkModule } from '../nn/module';
import { cat } from '../tensor/creation';
import type { Tensor } from '../tensor/tensor';
import { checkTensor } from '../tensor/tensor-memory';
import type { GeneratorRecipe } from './generator-copies';
import { SampleGenerator } from './sample-generator';

/** The classes of a {@link ConditionalGenerator}. */
export interface ConditionalGeneratorOptions {
  /** Number of classes. */
  numClasses: number;
  /** Length of the vector that stands for a class; default 16, or half of what the net takes if that is less. */
  embeddingDim?: number | undefined;
}

/** With a vector as long as the noise, convolutions soon ignored the noise, and drew one image a class. */
export const EMBEDDING_DIM = 16;

const CHECKS: Checks<ConditionalGeneratorOptions> = { numClasses: checkSize, embeddingDim: checkSize };

/**
 * A generator that is told which class to draw: a learned vector for the class is appended to the noise, for a net that maps
 * both to samples. Its parameters are `embedding.weight` (numClasses, embeddingDim), and the net's with the prefix `net.`.
 *
 * @see https://arxiv.org/abs/1411.1784
 * @example
 * ```ts
 * import { ConditionalGenerator, Generator, randn, tensor } from 'libtorch-generative';
 *
 * const generator = new ConditionalGenerator(new Generator({ noiseDim: 116 }), { numClasses: 10 });
 * const labels = tensor([3, 7], { dtype: 'int64' });
 * console.log(generator.forward(randn([2, 100]), labels).shape); // [ 2, 784 ]
 * const sevens = await generator.sample({ count: 5, class: 7 });
 * console.log(sevens.length / 784); // 5
 * ```
 */
export class ConditionalGenerator extends SampleGenerator {
  /** Number of classes. */
  override readonly numClasses: number;
  /** Length of a noise vector. */
  readonly noiseDim: number;
  /** Values per sample. */
  readonly dataDim: number;
  /** The vectors that stand for the classes. */
  readonly embedding: Embedding;

  /**
   * Creates a generator, with new vectors drawn from the thread's random numbers.
   *
   * @param net maps noise and the class's vector, (B, noiseDim + embeddingDim), to samples
   * @throws ERR_INVALID_ARGUMENT
   */
  constructor(
    /** Maps noise and the class's vector to samples. */
    readonly net: SampleGenerator,
    options: ConditionalGeneratorOptions,
  ) {
    super();
    checkModule('net', net, SampleGenerator);
    if (net.numClasses > 0) throw invalidArgument('net', 'a generator without classes', net);
    const usual = Math.min(EMBEDDING_DIM, Math.floor(net.noiseDim / 2));
    const { numClasses, embeddingDim = usual } = readOptions(options, CHECKS);
    checkSize('numClasses', numClasses);
    const most = net.noiseDim - 1; // noise is needed too
    if (embeddingDim < 1 || embeddingDim > most) {
      throw invalidArgument('embeddingDim', `1 to ${most}, as net takes ${net.noiseDim} values,`, embeddingDim);
    }
    this.numClasses = numClasses;
    this.noiseDim = net.noiseDim - embeddingDim;
    this.dataDim = net.dataDim;
    this.embedding = new Embedding(numClasses, embeddingDim);
  }

  /**
   * Generates samples from noise.
   *
   * @param noise (B, noiseDim), standard normal
   * @param labels int64 (B), the class of each sample
   * @returns as the net returns them, in [-1, 1]
   * @throws ERR_SHAPE; ERR_LIBTORCH for a label out of range
   */
  forward<D extends DType>(noise: Tensor<D>, labels?: Tensor): Tensor<D> {
    checkTensor('noise', noise);
    checkLabels(labels, noise.shape[0]!);
    const vectors = this.embedding.forward(labels); // (B, embeddingDim)
    return this.net.forward(cat([noise, vectors], 1) as Tensor<D>);
  }

  /** @internal */
  override generate<D extends DType>(noise: Tensor<D>, labels?: Tensor): Tensor<D> {
    return this.forward(noise, labels);
  }

  /** @internal */
  override get isSameInAnyBatch(): boolean {
    return this.net.isSameInAnyBatch;
  }

  /** @internal */
  override get recipe(): GeneratorRecipe | undefined {
    const { recipe } = this.net;
    if (!recipe || this.constructor !== ConditionalGenerator) return undefined;
    return { ...recipe, numClasses: this.numClasses, embeddingDim: this.embedding.weight.shape[1]! };
  }
}

/** Throws ERR_SHAPE unless `labels` is (B). */
export function checkLabels(labels: Tensor | undefined, batchSize: number): asserts labels is Tensor<'int64'> {
  checkTensor('labels', labels);
  const { shape } = labels as Tensor;
  if (shape.length === 1 && shape[0] === batchSize) return;
  throw new LibtorchGenerativeError(
    'ERR_SHAPE',
    `Expected a Tensor of shape (${batchSize}), a label per sample, for labels but received ${shapeText(shape)}`,
  );
}
