#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace kernels {

/**
 * BCELoss of the logits' sigmoids or BCEWithLogitsLoss, averaged over all elements of each and added, then the
 * gradients for each logits by the steps that autograd takes: with libtorch's bits. Nothing is recorded.
 */
std::vector<at::Tensor> bceOfLogits(const std::vector<at::Tensor>& logits, const std::vector<at::Tensor>& targets,
                                    bool ofProbabilities);

}  // namespace kernels
