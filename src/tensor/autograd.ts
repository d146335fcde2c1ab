import { type Checks, checkBoolean, checkFunction, readOptions } from '../check';
import { native } from '../native/addon';
import { checkSynchronous } from './synchronous';
import { Tensor } from './tensor';
import { handleOf, handlesOf } from './tensor-memory';

/** Options of {@link grad}. */
export interface GradOptions {
  /** Keeps the graph for another call. Default: the value of `createGraph`. */
  retainGraph?: boolean | undefined;
  /** Records the gradients' own graph, so that they can be differentiated again. Default false. */
  createGraph?: boolean | undefined;
}

/**
 * Returns the gradients of a one-element `loss` with respect to the given inputs, each in its input's shape. Nothing is
 * accumulated in `grad`.
 *
 * @param loss a tensor with one element
 * @param inputs tensors that the loss was computed from
 * @throws ERR_LIBTORCH if the loss has more elements or does not depend on an input
 * @see https://docs.pytorch.org/docs/stable/generated/torch.autograd.grad.html
 * @example
 * ```ts
 * import { grad, tensor } from 'libtorch-generative';
 *
 * const x = tensor([1, 2, 3], { requiresGrad: true });
 * const [slope] = grad(x.pow(3).sum(), [x]);
 * console.log(slope.toArray()); // Float32Array(3) [ 3, 12, 27 ]
 * ```
 */
export function grad<Inputs extends Tensor[]>(loss: Tensor, inputs: [...Inputs], options?: GradOptions): Inputs {
  const { createGraph = false, retainGraph = createGraph } = readOptions(options, GRAD_OPTIONS);
  const handles = native().grad(handleOf(loss), handlesOf('inputs', inputs), retainGraph, createGraph);
  return handles.map((handle): Tensor => new Tensor(handle)) as Inputs;
}

const GRAD_OPTIONS: Checks<GradOptions> = { retainGraph: checkBoolean, createGraph: checkBoolean };

/**
 * Runs `body` without recording operations for gradients, and returns its result.
 *
 * @throws ERR_INVALID_ARGUMENT if `body` is asynchronous: recording would resume before it finishes
 * @see https://docs.pytorch.org/docs/stable/generated/torch.no_grad.html
 * @example
 * ```ts
 * import { noGrad, ones } from 'libtorch-generative';
 *
 * const weight = ones([2], { requiresGrad: true });
 * console.log(weight.mul(2).requiresGrad, noGrad(() => weight.mul(2)).requiresGrad); // true false
 * ```
 */
export function noGrad<T>(body: () => T): T {
  checkFunction('body', body);
  const before = native().setGradEnabled(false);
  try {
    const result = body();
    checkSynchronous(result);
    return result;
  } finally {
    native().setGradEnabled(before);
  }
}
