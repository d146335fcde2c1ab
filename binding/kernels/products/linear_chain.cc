#include "linear_chain.h"

#include <ATen/TensorIterator.h>
#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/ops/linear.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

#include "../vectors/float_on_cpu.h"
#include "gemm.h"

namespace kernels {
namespace {

using at::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

Tensor chainOfOperators(Tensor x, const std::vector<LinearLayer>& layers) {
  for (const LinearLayer& layer : layers) x = activated(layer.activation, at::linear(x, layer.weight, layer.bias));
  return x;
}

/** x, then the results of all layers. */
variable_list forward(const Tensor& x, const std::vector<LinearLayer>& layers) {
  variable_list trace{x};
  for (const auto& [weight, bias, activation] : layers) {
    trace.push_back(products({{.a = {trace.back()}, .b = {weight, true}, .bias = bias, .activation = activation}})[0]);
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
 * The product that takes g, the gradient before layer i's activation, back through its weights, and through the
 * activation of the layer before, if there is one.
 */
Product gradientBefore(size_t i, const Tensor& g, const std::vector<LinearLayer>& layers, const variable_list& trace) {
  Product product{.a = {g}, .b = {layers[i].weight}};
  if (i > 0) {
    product.activation = layers[i - 1].activation;
    product.activated = trace[i];
  }
  return product;
}

/** Whether the rows' sum has another order on one thread of several, for libtorch then gives each a part. */
bool isSummedInParts(const Tensor& g) { return g.size(1) == 1 && g.numel() >= at::internal::GRAIN_SIZE; }

/**
 * With g the gradient before a layer's activation: dx = g W, dW = gᵀ x, db = the sum of g's rows, with the bits of the
 * calls that libtorch makes. `inputs` are x and the parameters, of which `isNeeded` tells whose gradients are; those of
 * the parameters are added in place to `others` unless that is empty.
 */
variable_list backward(Tensor g, const std::vector<LinearLayer>& layers, const variable_list& trace,
                       const std::vector<bool>& isNeeded, const variable_list& others = {}) {
  const auto other = [&](size_t input) { return others.empty() ? Tensor() : others[input - 1]; };
  variable_list gradients(isNeeded.size());
  g = activationGradient(layers.back().activation, g, trace[layers.size()]);
  Beside beside;
  size_t first = isNeeded.size();  // of a layer's parameters
  for (size_t i = layers.size(); i-- > 0;) {
    first -= layers[i].bias.defined() ? 2 : 1;
    const bool ofWeight = isNeeded[first], ofBias = layers[i].bias.defined() && isNeeded[first + 1];
    const auto end = isNeeded.begin() + static_cast<std::ptrdiff_t>(first);
    const bool goesOn = std::find(isNeeded.begin(), end, true) != end;
    const Product weightProduct{.a = {g, true}, .b = {trace[i]}, .addedTo = other(first)};
    const bool isBeside = ofWeight && isForOneThread(weightProduct);
    if (isBeside) beside.push_back([&, first, weightProduct] { gradients[first] = products({weightProduct})[0]; });
    if (ofBias) {
      const auto sumRows = [&gradients, bias = first + 1, g, sum = other(first + 1)] {
        gradients[bias] = sum.defined() ? sum.add_(g.sum(0)) : g.sum(0);
      };
      if (isSummedInParts(g)) {
        sumRows();
      } else {
        beside.push_back(sumRows);
      }
    }
    std::vector<Product> list;
    if (ofWeight && !isBeside) list.push_back(weightProduct);
    if (goesOn) list.push_back(gradientBefore(i, g, layers, trace));
    const variable_list found = products(list, beside);
    if (ofWeight && !isBeside) gradients[first] = found.front();
    if (!goesOn) break;
    g = found.back();
  }
  for (const auto& each : beside) each();
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
      kinds.push_back(static_cast<int64_t>(layer.activation.kind) * 2 + layer.bias.defined());
      slopes.push_back(layer.activation.slope);
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
      LinearLayer layer{nextParameter(), Tensor(), {static_cast<Activation::Kind>(kinds[i] / 2), slopes[i]}};
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
  return isTraceable(x, layers) && isFloatOnCpu(x) && x.is_contiguous() &&
         std::all_of(layers.begin(), layers.end(),
                     [&](const LinearLayer& layer) { return isFloatOnCpu(layer.weight); });
}

}  // namespace

// Only with such a slope is the sign of a result that of its input.
bool isTraceable(const Tensor& x, const std::vector<LinearLayer>& layers) {
  return x.dim() == 2 && std::all_of(layers.begin(), layers.end(),
                                     [](const LinearLayer& layer) { return layer.activation.slope >= 0; });
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
                                 const variable_list& trace, size_t count, const variable_list& others) {
  const at::AutoDispatchBelowADInplaceOrView noGraph;
  const size_t needed = parametersOf({layers.begin(), layers.begin() + static_cast<std::ptrdiff_t>(count)}).size();
  TORCH_CHECK(others.empty() || others.size() == needed, "Expected a gradient for each parameter");
  std::vector<bool> isNeeded(1 + parametersOf(layers).size());
  std::fill_n(isNeeded.begin() + 1, needed, true);
  const variable_list gradients = backward(gradient, layers, trace, isNeeded, others);
  return {gradients.begin() + 1, gradients.begin() + 1 + static_cast<std::ptrdiff_t>(needed)};
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
