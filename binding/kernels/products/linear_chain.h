#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "activation.h"

namespace kernels {

/** activation(x Wᵀ + b); `bias` may be undefined. */
struct LinearLayer {
  at::Tensor weight, bias;
  Activation activation;
};

/**
 * Linear layers one after another, differentiable, with the bits of libtorch's operators and of their gradients. A
 * float32 matrix on the CPU is one node of the graph, whose products are `products`'.
 */
at::Tensor linearChain(const at::Tensor& x, const std::vector<LinearLayer>& layers);

}  // namespace kernels
