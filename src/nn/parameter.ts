import { checkBoolean, checkInstance, readOptions } from '../check';
import { native } from '../native/addon';
import { keep, scope } from '../tensor/scope';
import { Tensor } from '../tensor/tensor';

/** Options of a {@link Parameter}. */
export interface ParameterOptions {
  /** Whether it is trained. Default true. */
  requiresGrad?: boolean | undefined;
}

/** Tensors that remain parameters: one whose `requiresGrad` is turned off is still saved with its model. */
const known = new WeakSet<Tensor>();

/**
 * A trainable tensor of a {@link Module} that shares the data of another tensor. It lives until it is disposed, even if
 * created inside a {@link scope}, and belongs to its module even while its `requiresGrad` is false.
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.parameter.Parameter.html
 * @example
 * ```ts
 * import { Layer, ones, Parameter, type Tensor } from 'libtorch-generative';
 *
 * class Scale extends Layer {
 *   readonly factors: Parameter;
 *
 *   constructor(size: number) {
 *     super();
 *     this.factors = new Parameter(ones([size]));
 *   }
 *
 *   forward(input: Tensor): Tensor {
 *     return input.mul(this.factors);
 *   }
 * }
 *
 * console.log(new Scale(3).namedParameters().map(([name]) => name)); // [ 'factors' ]
 * ```
 */
export class Parameter extends Tensor {
  /**
   * Creates a leaf tensor that shares the memory of `data`.
   *
   * @throws ERR_INVALID_ARGUMENT unless `data` is a Tensor; ERR_LIBTORCH if it requires a gradient and has an integer
   *   dtype
   */
  constructor(data: Tensor, options: ParameterOptions = {}) {
    checkInstance('data', data, Tensor);
    const { requiresGrad = true } = readOptions(options, { requiresGrad: checkBoolean });
    super(native().detach(data.handle));
    this.requiresGrad = requiresGrad;
    keep(this);
    known.add(this);
  }
}

/** Creates a parameter from a new tensor, and frees the others that it is made from. */
export function newParameter(make: () => Tensor): Parameter {
  let parameter: Parameter | undefined;
  scope(() => {
    parameter = new Parameter(make()); // which outlives the scope
  });
  return parameter!;
}

/** Returns a tensor, which is a parameter from now on. */
export function asParameter(tensor: Tensor): Tensor {
  known.add(tensor);
  return tensor;
}

/** Returns whether a module's property is a parameter: a {@link Parameter}, or a leaf that requires a gradient. */
export function isParameter(tensor: Tensor): boolean {
  if (known.has(tensor)) return true;
  if (!native().isTrainable(tensor.handle)) return false;
  known.add(tensor);
  return true;
}
