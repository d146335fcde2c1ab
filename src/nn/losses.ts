import { native } from '../native/addon';
import { Tensor } from '../tensor/tensor';
import { handleOf } from '../tensor/tensor-memory';

/** A loss: two tensors to one number, the mean over all elements, of shape [] and the input's dtype. */
export type Loss = (input: Tensor, target: Tensor) => Tensor;

/**
 * Binary cross-entropy of probabilities, `nn.BCELoss`: it clamps the logarithm at -100, and its gradient is gone where
 * the sigmoid before it has saturated. Prefer {@link bceWithLogitsLoss}.
 *
 * @param input probabilities in [0, 1]
 * @param target numbers in [0, 1], of the same shape
 * @throws ERR_SHAPE if the shapes differ, ERR_LIBTORCH if an element is outside [0, 1]
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.BCELoss.html
 * @example
 * ```ts
 * import { bceLoss, tensor } from 'libtorch-generative';
 *
 * console.log(bceLoss(tensor([0.5, 0.5]), tensor([1, 0])).item().toFixed(4)); // 0.6931
 * ```
 */
export const bceLoss: Loss = (input, target) => new Tensor(native().bceLoss(handleOf(input), handleOf(target)));

/**
 * Binary cross-entropy of logits in its stable form, `nn.BCEWithLogitsLoss`.
 *
 * @param input logits: the probabilities are their sigmoids
 * @param target numbers in [0, 1], of the same shape
 * @throws ERR_SHAPE if the shapes differ
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html
 * @example
 * ```ts
 * import { bceWithLogitsLoss, ones, tensor } from 'libtorch-generative';
 *
 * console.log(bceWithLogitsLoss(tensor([0, 0]), ones([2])).item().toFixed(4)); // 0.6931
 * ```
 */
export const bceWithLogitsLoss: Loss = (input, target) =>
  new Tensor(native().bceWithLogitsLoss(handleOf(input), handleOf(target)));

/**
 * Mean squared error, `nn.MSELoss`; shapes broadcast.
 *
 * @see https://docs.pytorch.org/docs/stable/generated/torch.nn.MSELoss.html
 * @example
 * ```ts
 * import { mseLoss, tensor } from 'libtorch-generative';
 *
 * console.log(mseLoss(tensor([1, 2]), tensor([1, 4])).item()); // 2
 * ```
 */
export const mseLoss: Loss = (input, target) => new Tensor(native().mseLoss(handleOf(input), handleOf(target)));
