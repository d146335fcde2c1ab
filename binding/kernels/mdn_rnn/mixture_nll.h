#pragma once

#include <ATen/core/Tensor.h>

namespace kernels {

/**
 * Mean negative log likelihood of `target` (B, D) under a mixture of K Gaussians with raw parameters `raw` (B, K, D +
 * 2): D means, one number u with the variance softplus(u) + floor, one weight's logit. In nats, on any device.
 *
 * @see https://publications.aston.ac.uk/id/eprint/373/1/NCRG_94_004.pdf, whose equations 34 to 38 are the gradient
 */
at::Tensor mixtureNll(const at::Tensor& raw, const at::Tensor& target, double varianceFloor);

/**
 * The same for contiguous tensors of one floating-point type on the CPU. Nothing is recorded; `gradient`, if it is
 * defined, becomes that of the sum over the batch.
 */
at::Tensor mixtureNllOnCpu(const at::Tensor& raw, const at::Tensor& target, double varianceFloor,
                           const at::Tensor& gradient);

}  // namespace kernels
