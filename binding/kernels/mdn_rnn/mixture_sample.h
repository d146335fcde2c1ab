#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <optional>

#include "mixture_math.h"

namespace kernels {

/**
 * One draw (B, D) from each of the mixtures `raw` (B, K, D + 2), see mixtureNll: the components that torch.multinomial
 * draws, then the deviations that torch.randn draws. The temperature divides the weights' logits and multiplies the
 * variances.
 */
at::Tensor sampleMixture(const at::Tensor& raw, const MixtureOptions& options,
                         const std::optional<at::Generator>& generator);

}  // namespace kernels
