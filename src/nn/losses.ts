import { native } from '../native/addon';
import { handleOf, Tensor } from '../tensor/tensor';

/** Two tensors of one shape to one number, the mean over all elements. */
export type Loss = (input: Tensor, target: Tensor) => Tensor;

/**
 * Binary cross-entropy of probabilities, `nn.BCELoss`: it clamps the logarithm at -100, and its gradient is gone where
 * the sigmoid before it has saturated. Prefer {@link bceWithLogitsLoss}.
 *
 * @throws ERR_SHAPE if the shapes differ, ERR_LIBTORCH if an element is outside [0, 1]
 */
export const bceLoss: Loss = (input, target) => new Tensor(native().bceLoss(handleOf(input), handleOf(target)));

/** Binary cross-entropy of logits in its stable form, `nn.BCEWithLogitsLoss`. @throws ERR_SHAPE if the shapes differ */
export const bceWithLogitsLoss: Loss = (input, target) =>
  new Tensor(native().bceWithLogitsLoss(handleOf(input), handleOf(target)));

/** Mean squared error, `nn.MSELoss`; shapes broadcast. */
export const mseLoss: Loss = (input, target) => new Tensor(native().mseLoss(handleOf(input), handleOf(target)));
