import { checkNumber, readArray } from '../check';
import { noGrad } from '../tensor/autograd';
import { stack } from '../tensor/creation';
import type { Tensor } from '../tensor/tensor';
import { checkTensor } from '../tensor/tensor-memory';

/**
 * Returns the gradients, scaled down if necessary so that their total norm, as if they were one vector, is at most
 * `maxNorm`. The results are new tensors. If any gradient is not finite, none of the results are.
 *
 * @param gradients gradients of a model's parameters, as from {@link grad}
 * @param maxNorm the largest total norm, above 0
 * @throws ERR_INVALID_ARGUMENT
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_norm_.html
 * @example
 * ```ts
 * import { clipGradNorm, tensor } from 'libtorch-generative';
 *
 * const [clipped] = clipGradNorm([tensor([3, 4])], 1);
 * console.log(clipped!.norm().item().toFixed(3)); // 1.000
 * ```
 */
export function clipGradNorm(gradients: Tensor[], maxNorm: number): Tensor[] {
  const all = readArray('gradients', gradients, checkTensor, 'an array of Tensors');
  checkNumber('maxNorm', maxNorm, { above: 0 });
  if (all.length === 0) return [];
  return noGrad(() => {
    const totalNorm = stack(all.map((gradient) => gradient.norm())).norm();
    const factor = totalNorm.add(1e-6).pow(-1).mul(maxNorm).clamp(null, 1); // item() would wait for the device
    return all.map((gradient) => gradient.mul(factor));
  });
}
