import { checkNumber, readArray } from '../check';
import { noGrad } from '../tensor/autograd';
import { stack } from '../tensor/creation';
import type { Tensor } from '../tensor/tensor';
import { checkTensor } from '../tensor/tensor-memory';

/**
 * Gradients scaled down so that the norm of them all, as of one vector, is at most `maxNorm`: new tensors, the same
 * numbers where it is already. With a gradient that is not finite all are not.
 *
 * @param gradients of a net's parameters, as from {@link grad}
 * @param maxNorm above 0
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
    const factor = totalNorm.add(1e-6).pow(-1).mul(maxNorm).clamp(null, 1); // no item(): the device is not waited for
    return all.map((gradient) => gradient.mul(factor));
  });
}
