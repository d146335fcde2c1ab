import { checkSize } from '../check';
import { native } from '../native/addon';
import { zeros } from '../tensor/creation';
import { Tensor } from '../tensor/tensor';
import { handleOf } from '../tensor/tensor-memory';
import { checkWeights } from './image-sizes';
import { Module } from './module';
import { newParameter, type Parameter } from './parameter';

/**
 * A table of vectors, one for each of some kinds of things, such as classes; initialised like PyTorch's from the same
 * random numbers. Its parameter is `weight` (numEmbeddings, embeddingDim).
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.Embedding.html
 * @example
 * ```ts
 * import { Embedding, tensor } from 'libtorch-generative';
 *
 * const classes = new Embedding(10, 64);
 * console.log(classes.forward(tensor([3, 7], { dtype: 'int64' })).shape); // [ 2, 64 ]
 * ```
 */
export class Embedding extends Module {
  /** (numEmbeddings, embeddingDim); with {@link spectralNorm} the normalised weight */
  readonly weight: Parameter;

  /**
   * Creates a table with new vectors drawn from the thread's random numbers.
   *
   * @param numEmbeddings number of kinds
   * @param embeddingDim length of a vector
   * @throws ERR_INVALID_ARGUMENT if a size is not a whole number of at least 1, or needs more memory than is available
   */
  constructor(numEmbeddings: number, embeddingDim: number) {
    super();
    checkSize('numEmbeddings', numEmbeddings);
    checkSize('embeddingDim', embeddingDim);
    const shape = [numEmbeddings, embeddingDim];
    checkWeights('numEmbeddings', numEmbeddings, shape);
    this.weight = newParameter(() => zeros(shape).normal_());
  }

  /**
   * Looks vectors up.
   *
   * @param input int64, any shape, each at least 0 and below numEmbeddings
   * @returns the input's shape, and embeddingDim after it
   * @throws ERR_LIBTORCH for a number out of range
   */
  forward(input: Tensor<'int64'>): Tensor {
    return new Tensor(native().embedding(this.weight.handle, handleOf(input)));
  }
}
