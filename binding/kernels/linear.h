#pragma once

#include <ATen/core/Tensor.h>

namespace kernels {

/** Whether the linear layer below takes x: a contiguous float32 matrix on the CPU. */
bool isFastLinear(const at::Tensor& x, const at::Tensor& weight);

/** x Wᵀ + b, differentiable, with the bits of at::linear and of its gradients; `bias` may be undefined. */
at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias);

}  // namespace kernels
