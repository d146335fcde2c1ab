import { native } from '../native/addon';
import { Tensor } from '../tensor/tensor';
import { handleOf } from '../tensor/tensor-memory';

/** A loss function: returns the mean over all elements, in shape [] and the input's dtype. */
export type Loss = (input: Tensor, target: Tensor) => Tensor;

/**
 * Computes the binary cross-entropy of probabilities, `nn.BCELoss`. It clamps the logarithm at -100, and its gradient
 * vanishes where the sigmoid before it has saturated; prefer {@link bceWithLogitsLoss}.
 *
 * @param input probabilities in [0, 1]
 * @param target numbers in [0, 1], in the same shape
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
 * Computes the binary cross-entropy of logits in its numerically stable form, `nn.BCEWithLogitsLoss`.
 *
 * @param input logits; the probabilities are their sigmoids
 * @param target numbers in [0, 1], in the same shape
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
 * Computes the mean squared error, `nn.MSELoss`; shapes broadcast.
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
