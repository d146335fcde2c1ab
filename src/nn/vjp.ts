import { grad } from '../tensor/autograd';
import type { Tensor } from '../tensor/tensor';

/**
 * A layer's output for some input, and its vector-Jacobian products: what a gradient with respect to the output says
 * about the input and the parameters.
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.func.vjp.html
 */
export interface Vjp {
  /** Outside any graph. */
  readonly output: Tensor;
  /** @param gradient of the output's shape */
  inputGradient(gradient: Tensor): Tensor;
  /**
   * One a parameter, in their order.
   *
   * @param gradient of the output's shape
   * @param others gradients of the same parameters, to which these are added in place
   */
  parameterGradients(gradient: Tensor, others?: Tensor[]): Tensor[];
  /**
   * The parameters' gradients of what another layer makes of this output, by the chain rule.
   *
   * @param next the other layer's products, taken at this output
   * @param gradient of the shape of its output
   */
  parameterGradientsThrough(next: Vjp, gradient: Tensor): Tensor[];
}

/** By autograd, for any layer. */
export function vjpByGraph(forward: (input: Tensor) => Tensor, parameters: Tensor[], input: Tensor): Vjp {
  const leaf = input.detach();
  leaf.requiresGrad = true;
  const output = forward(leaf);
  const products = (gradient: Tensor, of: Tensor[]) => grad(output.mul(gradient).sum(), of, { retainGraph: true });
  const parameterGradients = (gradient: Tensor, others?: Tensor[]) => {
    const gradients = products(gradient, parameters);
    return others ? others.map((other, i) => other.add_(gradients[i]!)) : gradients;
  };
  return {
    output: output.detach(),
    inputGradient: (gradient) => products(gradient, [leaf])[0]!,
    parameterGradients,
    parameterGradientsThrough: (next, gradient) => parameterGradients(next.inputGradient(gradient)),
  };
}
