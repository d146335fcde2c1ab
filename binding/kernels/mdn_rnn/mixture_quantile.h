#pragma once

#include <ATen/core/Tensor.h>

namespace kernels {

/** Mixtures of Gaussians over one dimension: means (B, K, 1), variances (B, K), logarithms of weights (B, K). */
struct Mixtures {
  at::Tensor means, variances, logWeights;
};

/**
 * The values (B, N) below which parts `levels` (N), above 0 and below 1, of the probability lie, in float64 and to its
 * precision: of a value, or of its mixture's least deviation where the value is near zero. NaN for a mixture that is
 * not finite. Computed on the CPU, wherever the mixtures are, and recorded for no gradient.
 */
at::Tensor mixtureQuantiles(const Mixtures& mixtures, const at::Tensor& levels);

}  // namespace kernels
