#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace kernels {

enum class Activation { none, relu, leakyRelu, tanh, sigmoid };

/** activation(x Wᵀ + b); `bias` may be undefined, `slope` is leakyRelu's below zero. */
struct LinearLayer {
  at::Tensor weight, bias;
  Activation activation = Activation::none;
  double slope = 0;
};

/**
 * Linear layers one after another, differentiable, with the bits of libtorch's operators and of their gradients. A
 * float32 matrix on the CPU is one node of the graph, whose products are `product`'s.
 */
at::Tensor linearChain(const at::Tensor& x, const std::vector<LinearLayer>& layers);

}  // namespace kernels
