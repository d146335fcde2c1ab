#pragma once

#include <ATen/core/Tensor.h>

namespace kernels {

/** BCELoss, differentiable, averaged over all elements: with libtorch's bits, also those of its gradient. */
at::Tensor bceLoss(const at::Tensor& probabilities, const at::Tensor& target);

/** BCEWithLogitsLoss, as above. */
at::Tensor bceWithLogitsLoss(const at::Tensor& logits, const at::Tensor& target);

}  // namespace kernels
