#pragma once

#include <ATen/core/Tensor.h>

namespace kernels {

struct Activation {
  enum class Kind { none, relu, leakyRelu, tanh, sigmoid };

  Kind kind = Kind::none;
  double slope = 0;  // leakyRelu's below zero
};

at::Tensor activated(const Activation& activation, const at::Tensor& x);

void activateInPlace(const Activation& activation, at::Tensor& x);

/** The gradient before the activation, from that after it and the activation's result. */
at::Tensor activationGradient(const Activation& activation, const at::Tensor& gradient, const at::Tensor& result);

}  // namespace kernels
