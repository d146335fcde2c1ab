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

/** Whether the functions below take such operands: x a matrix, every slope that of a growing function. */
bool isTraceable(const at::Tensor& x, const std::vector<LinearLayer>& layers);

/** What the gradients below need, made without a graph: x, then the results of all layers. */
std::vector<at::Tensor> traceLinearChain(const at::Tensor& x, const std::vector<LinearLayer>& layers);

/** The gradient of x, from that of the chain's result. */
at::Tensor inputGradient(const at::Tensor& gradient, const std::vector<LinearLayer>& layers,
                         const std::vector<at::Tensor>& trace);

/**
 * The gradients of the weights and biases of the first `count` layers, in their order; added to `others` in place
 * unless that is empty.
 */
std::vector<at::Tensor> parameterGradients(const at::Tensor& gradient, const std::vector<LinearLayer>& layers,
                                           const std::vector<at::Tensor>& trace, size_t count,
                                           const std::vector<at::Tensor>& others = {});

}  // namespace kernels
