#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace kernels {

struct AdamOptions {
  double lr, beta1, beta2, eps, weightDecay;
};

/** A parameter with what an optimizer keeps of it; all but `step`, of shape (), are laid out alike. */
struct AdamParameter {
  at::Tensor parameter, gradient, expAvg, expAvgSq, step;
};

/** A step of torch.optim.Adam(fused=True), to the last bit. */
void adamStep(const std::vector<AdamParameter>& parameters, const AdamOptions& options);

}  // namespace kernels
