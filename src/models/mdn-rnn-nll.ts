import { native } from '../native/addon';
import { grad } from '../tensor/autograd';
import { Tensor } from '../tensor/tensor';
import { handleOf } from '../tensor/tensor-memory';
import type { MdnRnn } from './mdn-rnn';
import { mixtureNll, VARIANCE_FLOOR } from './mixture';

export interface LossAndGradients {
  /** A number, of no use for gradients: they are here. */
  loss: Tensor;
  /** One a parameter, in their order. */
  gradients: Tensor[];
}

/**
 * {@link mixtureNll} of the mixtures after `input` (B, T, I) at `target` (B, D), and its gradients: by one operator
 * without a graph where there is a kernel for such tensors.
 *
 * @throws ERR_SHAPE
 */
export function mdnRnnNllGradients(model: MdnRnn, input: Tensor, target: Tensor): LossAndGradients {
  const parameters = model.parameters();
  const fused = model.exact
    ? undefined
    : native().mdnRnnNll(parameters.map(handleOf), handleOf(input), handleOf(target), VARIANCE_FLOOR);
  if (fused) {
    const [loss, ...gradients] = fused.map((handle) => new Tensor(handle));
    return { loss: loss!, gradients };
  }
  const loss = mixtureNll(model.forward(input), target);
  return { loss, gradients: grad(loss, parameters) };
}
