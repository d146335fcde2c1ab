import { zeros } from '../tensor/creation';
import { newParameter, type Parameter } from './parameter';

/**
 * Creates a layer's weights and biases as PyTorch's `reset_parameters` draws them, in its arithmetic: uniform within
 * ±1 / √fanIn.
 *
 * @param shape (out, in, ...): each output sums over all but the first dimension
 */
export function kaimingUniform(shape: number[], biases: number): { weight: Parameter; bias: Parameter | undefined } {
  const fanIn = shape.slice(1).reduce((product, size) => product * size, 1);
  const gain = Math.sqrt(2 / (1 + Math.sqrt(5) ** 2));
  const bound = Math.sqrt(3) * (gain / Math.sqrt(fanIn));
  const weight = newParameter(() => zeros(shape).uniform_(-bound, bound));
  const most = 1 / Math.sqrt(fanIn);
  return { weight, bias: biases > 0 ? newParameter(() => zeros([biases]).uniform_(-most, most)) : undefined };
}
