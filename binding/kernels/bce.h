#pragma once

#include <ATen/core/Tensor.h>

namespace kernels {

struct LossAndGradient {
  at::Tensor loss, gradient;
};

/**
 * BCELoss of the logits' sigmoids or BCEWithLogitsLoss, averaged over all elements, and its gradient by the steps that
 * autograd takes: with libtorch's bits. Nothing is recorded.
 */
LossAndGradient bceOfLogits(const at::Tensor& logits, const at::Tensor& target, bool ofProbabilities);

}  // namespace kernels
