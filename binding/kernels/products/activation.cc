#include "activation.h"

#include <ATen/ops/leaky_relu.h>
#include <ATen/ops/leaky_relu_backward.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/sigmoid_backward.h>
#include <ATen/ops/tanh.h>
#include <ATen/ops/tanh_backward.h>
#include <ATen/ops/threshold_backward.h>

#include "../elementwise/tanh.h"

namespace kernels {

using at::Tensor;
using Kind = Activation::Kind;

Tensor activated(const Activation& activation, const Tensor& x) {
  switch (activation.kind) {
    case Kind::relu:
      return at::relu(x);
    case Kind::leakyRelu:
      return at::leaky_relu(x, activation.slope);
    case Kind::tanh:
      return at::tanh(x);
    case Kind::sigmoid:
      return at::sigmoid(x);
    case Kind::none:
      break;
  }
  return x;
}

void activateInPlace(const Activation& activation, Tensor& x) {
  switch (activation.kind) {
    case Kind::relu:
      at::relu_(x);
      break;
    case Kind::leakyRelu:
      at::leaky_relu_(x, activation.slope);
      break;
    case Kind::tanh:
      tanhInPlace(x);
      break;
    case Kind::sigmoid:
      at::sigmoid_(x);
      break;
    case Kind::none:
      break;
  }
}

Tensor activationGradient(const Activation& activation, const Tensor& gradient, const Tensor& result) {
  switch (activation.kind) {
    case Kind::relu:
      return at::threshold_backward(gradient, result, 0);
    case Kind::leakyRelu:
      return at::leaky_relu_backward(gradient, result, activation.slope, /*self_is_result=*/true);
    case Kind::tanh:
      return at::tanh_backward(gradient, result);
    case Kind::sigmoid:
      return at::sigmoid_backward(gradient, result);
    case Kind::none:
      break;
  }
  return gradient;
}

}  // namespace kernels
