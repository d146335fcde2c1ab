#include "linear_chain.h"

#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/ops/leaky_relu.h>
#include <ATen/ops/leaky_relu_backward.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/sigmoid_backward.h>
#include <ATen/ops/tanh.h>
#include <ATen/ops/tanh_backward.h>
#include <ATen/ops/threshold_backward.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

#include "gemm.h"

namespace kernels {
namespace {

using at::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

Tensor activated(const LinearLayer& layer, const Tensor& x) {
  switch (layer.activation) {
    case Activation::relu:
      return at::relu(x);
    case Activation::leakyRelu:
      return at::leaky_relu(x, layer.slope);
    case Activation::tanh:
      return at::tanh(x);
    case Activation::sigmoid:
      return at::sigmoid(x);
    case Activation::none:
      break;
  }
  return x;
}

void activateInPlace(const LinearLayer& layer, Tensor& x) {
  switch (layer.activation) {
    case Activation::relu:
      at::relu_(x);
      break;
    case Activation::leakyRelu:
      at::leaky_relu_(x, layer.slope);
      break;
    case Activation::tanh:
      at::tanh_(x);
      break;
    case Activation::sigmoid:
      at::sigmoid_(x);
      break;
    case Activation::none:
      break;
  }
}

/** The gradient before the activation, from that after it and the activation's result. */
Tensor activationGradient(const LinearLayer& layer, const Tensor& gradient, const Tensor& result) {
  switch (layer.activation) {
    case Activation::relu:
      return at::threshold_backward(gradient, result, 0);
    case Activation::leakyRelu:
      return at::leaky_relu_backward(gradient, result, layer.slope, /*self_is_result=*/true);
    case Activation::tanh:
      return at::tanh_backward(gradient, result);
    case Activation::sigmoid:
      return at::sigmoid_backward(gradient, result);
    case Activation::none:
      break;
  }
  return gradient;
}

Tensor chainOfOperators(Tensor x, const std::vector<LinearLayer>& layers) {
  for (const LinearLayer& layer : layers) x = activated(layer, at::linear(x, layer.weight, layer.bias));
  return x;
}

/** x, then the results of all layers. */
variable_list forward(const Tensor& x, const std::vector<LinearLayer>& layers) {
  variable_list trace{x};
  for (const LinearLayer& layer : layers) {
    trace.push_back(product(trace.back(), layer.weight.t(), layer.bias));
    activateInPlace(layer, trace.back());
  }
  return trace;
}

variable_list parametersOf(const std::vector<LinearLayer>& layers) {
  variable_list parameters;
  for (const LinearLayer& layer : layers) {
    parameters.push_back(layer.weight);
    if (layer.bias.defined()) parameters.push_back(layer.bias);
  }
  return parameters;
}

/**
 * With g the gradient before a layer's activation: dx = g W, dW = gᵀ x, db = the sum of g's rows, each by the call that
 * libtorch makes. `inputs` are x and the parameters, of which `isNeeded` tells whose gradients are.
 */
variable_list backward(Tensor g, const std::vector<LinearLayer>& layers, const variable_list& trace,
                       const std::vector<bool>& isNeeded) {
  variable_list gradients(isNeeded.size());
  size_t end = isNeeded.size();  // of what the layers up to this one have
  for (size_t i = layers.size(); i-- > 0;) {
    const LinearLayer& layer = layers[i];
    const size_t first = end - (layer.bias.defined() ? 2 : 1);
    g = activationGradient(layer, g, trace[i + 1]);
    if (isNeeded[first]) gradients[first] = product(g.t(), trace[i]);
    if (layer.bias.defined() && isNeeded[first + 1]) gradients[first + 1] = g.sum(0);
    end = first;
    if (std::none_of(isNeeded.begin(), isNeeded.begin() + end, [](bool each) { return each; })) break;
    g = product(g, layer.weight);
  }
  if (isNeeded[0]) gradients[0] = g;
  return gradients;
}

/** The gradients by libtorch's operators, with a graph of their own. */
variable_list differentiableBackward(const Tensor& g, const std::vector<LinearLayer>& layers, const Tensor& x,
                                     const std::vector<bool>& isNeeded) {
  variable_list inputs = parametersOf(layers), needed, gradients(isNeeded.size());
  inputs.insert(inputs.begin(), x);
  for (size_t i = 0; i < inputs.size(); i++) {
    if (isNeeded[i]) needed.push_back(inputs[i]);
  }
  const variable_list found = torch::autograd::grad({chainOfOperators(x, layers)}, needed, {g}, true, true, true);
  for (size_t i = 0, next = 0; i < inputs.size(); i++) {
    if (isNeeded[i]) gradients[i] = found[next++];
  }
  return gradients;
}

struct LinearChain : torch::autograd::Function<LinearChain> {
  // The parameters are the layers' own, listed for autograd.
  static Tensor forward(AutogradContext* context, const Tensor& x, at::TensorList parameters,
                        const std::vector<LinearLayer>& layers) {
    variable_list saved = kernels::forward(x, layers);
    const Tensor result = saved.back();
    saved.insert(saved.end(), parameters.begin(), parameters.end());
    context->save_for_backward(std::move(saved));
    std::vector<int64_t> kinds;
    std::vector<double> slopes;
    for (const LinearLayer& layer : layers) {
      kinds.push_back(static_cast<int64_t>(layer.activation) * 2 + layer.bias.defined());
      slopes.push_back(layer.slope);
    }
    context->saved_data["kinds"] = std::move(kinds);
    context->saved_data["slopes"] = std::move(slopes);
    return result;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const std::vector<int64_t> kinds = context->saved_data["kinds"].toIntVector();
    const std::vector<double> slopes = context->saved_data["slopes"].toDoubleVector();
    std::vector<LinearLayer> layers;
    std::vector<bool> isNeeded{context->needs_input_grad(0)};
    size_t next = kinds.size() + 1;  // after the trace
    const auto nextParameter = [&] {
      isNeeded.push_back(context->needs_input_grad(isNeeded.size()));
      return saved[next++];
    };
    for (size_t i = 0; i < kinds.size(); i++) {
      LinearLayer layer{nextParameter(), Tensor(), static_cast<Activation>(kinds[i] / 2), slopes[i]};
      if (kinds[i] % 2) layer.bias = nextParameter();
      layers.push_back(std::move(layer));
    }
    variable_list found = at::GradMode::is_enabled() ? differentiableBackward(gradients[0], layers, saved[0], isNeeded)
                                                     : kernels::backward(gradients[0], layers, saved, isNeeded);
    found.push_back(Tensor());  // the layers'
    return found;
  }
};

bool isFast(const Tensor& x, const std::vector<LinearLayer>& layers) {
  const auto isFloat = [](const Tensor& each) { return each.is_cpu() && each.scalar_type() == at::kFloat; };
  return isTraceable(x, layers) && isFloat(x) && x.is_contiguous() &&
         std::all_of(layers.begin(), layers.end(), [&](const LinearLayer& layer) { return isFloat(layer.weight); });
}

}  // namespace

// Only with such a slope is the sign of a result that of its input.
bool isTraceable(const Tensor& x, const std::vector<LinearLayer>& layers) {
  return x.dim() == 2 &&
         std::all_of(layers.begin(), layers.end(), [](const LinearLayer& layer) { return layer.slope >= 0; });
}

variable_list traceLinearChain(const Tensor& x, const std::vector<LinearLayer>& layers) {
  const at::AutoDispatchBelowADInplaceOrView noGraph;
  return forward(x, layers);
}

Tensor inputGradient(const Tensor& gradient, const std::vector<LinearLayer>& layers, const variable_list& trace) {
  const at::AutoDispatchBelowADInplaceOrView noGraph;
  std::vector<bool> isNeeded(1 + parametersOf(layers).size());
  isNeeded[0] = true;
  return backward(gradient, layers, trace, isNeeded)[0];
}

variable_list parameterGradients(const Tensor& gradient, const std::vector<LinearLayer>& layers,
                                 const variable_list& trace, variable_list others) {
  const at::AutoDispatchBelowADInplaceOrView noGraph;
  std::vector<bool> isNeeded(1 + parametersOf(layers).size(), true);
  isNeeded[0] = false;
  variable_list gradients = backward(gradient, layers, trace, isNeeded);
  gradients.erase(gradients.begin());
  TORCH_CHECK(others.empty() || others.size() == gradients.size(), "Expected a gradient for each parameter");
  for (size_t i = 0; i < others.size(); i++) others[i].add_(gradients[i]);
  return others.empty() ? gradients : others;
}

Tensor linearChain(const Tensor& x, const std::vector<LinearLayer>& layers) {
  if (layers.empty() || !isFast(x, layers)) return chainOfOperators(x, layers);
  const variable_list parameters = parametersOf(layers);
  const auto needsGradient = [](const Tensor& each) { return each.requires_grad(); };
  const bool isTraced = at::GradMode::is_enabled() &&
                        (needsGradient(x) || std::any_of(parameters.begin(), parameters.end(), needsGradient));
  return isTraced ? LinearChain::apply(x, at::TensorList(parameters), layers) : forward(x, layers).back();
}

}  // namespace kernels
