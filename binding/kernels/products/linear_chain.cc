#include "linear_chain.h"

#include <ATen/TensorIterator.h>
#include <ATen/ops/linear.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <utility>

#include "../vectors/float_on_cpu.h"
#include "gemm.h"
#include "gradient_sums.h"

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

/** Whether the rows' sum has another order on one thread of several, for libtorch then gives each a part. */
bool isSummedInParts(const Tensor& g) { return g.size(1) == 1 && g.numel() >= at::internal::GRAIN_SIZE; }

/** Whose gradients are wanted of x and the parameters, and to what those of the parameters are added in place. */
struct Wanted {
  std::vector<bool> isNeeded;
  variable_list sums = {};  // one for each, undefined for none; or empty
};

/**
 * With g the gradient before a layer's activation: dx = g W, dW = gᵀ x, db = the sum of g's rows, with the bits of the
 * calls that libtorch makes. `beforeX`, if given, is the activation whose result x is: dx goes back through it, too.
 */
variable_list backward(Tensor g, const std::vector<LinearLayer>& layers, const variable_list& trace,
                       const Wanted& wanted, const Activation* beforeX) {
  const auto& [isNeeded, sums] = wanted;
  const auto sumOf = [&sums = sums](size_t input) { return sums.empty() ? Tensor() : sums[input]; };
  variable_list gradients(isNeeded.size());
  Beside beside;
  size_t first = isNeeded.size();  // of a layer's parameters
  for (size_t i = layers.size(); i-- > 0;) {
    first -= layers[i].bias.defined() ? 2 : 1;
    const bool ofWeight = isNeeded[first], ofBias = layers[i].bias.defined() && isNeeded[first + 1];
    const auto end = isNeeded.begin() + static_cast<std::ptrdiff_t>(first);
    const bool goesOn = std::find(isNeeded.begin(), end, true) != end;
    const Product weightProduct{.a = {g, true}, .b = {trace[i]}, .addedTo = sumOf(first)};
    const bool isBeside = ofWeight && isForOneThread(weightProduct);
    if (isBeside) beside.push_back([&, first, weightProduct] { gradients[first] = products({weightProduct})[0]; });
    if (ofBias) {
      const auto sumRows = [&gradients, bias = first + 1, g, sum = sumOf(first + 1)] {
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
    if (goesOn) {
      Product before{.a = {g}, .b = {layers[i].weight}};
      const Activation* activation = i > 0 ? &layers[i - 1].activation : beforeX;
      if (activation) {
        before.activation = *activation;
        before.activated = trace[i];
      }
      list.push_back(before);
    }
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

/** What a node knows of its layers beside their tensors. */
struct LayerKinds : torch::CustomClassHolder {
  std::vector<Activation> activations;
  std::vector<bool> hasBias;
};

struct LinearChain : torch::autograd::Function<LinearChain> {
  // The parameters are the layers' own, listed for autograd.
  static Tensor forward(AutogradContext* context, const Tensor& x, at::TensorList parameters,
                        const std::vector<LinearLayer>& layers) {
    variable_list saved = kernels::forward(x, layers);
    const Tensor result = saved.back();
    saved.insert(saved.end(), parameters.begin(), parameters.end());
    context->save_for_backward(std::move(saved));
    auto kinds = c10::make_intrusive<LayerKinds>();
    for (const LinearLayer& layer : layers) {
      kinds->activations.push_back(layer.activation);
      kinds->hasBias.push_back(layer.bias.defined());
    }
    context->saved_data[kKinds] = c10::IValue::make_capsule(std::move(kinds));
    return result;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const auto kinds = kindsOf(*context);
    std::vector<LinearLayer> layers;
    Wanted wanted{{context->needs_input_grad(0)}};
    size_t next = kinds->activations.size() + 1;  // after the trace
    const auto nextParameter = [&] {
      wanted.isNeeded.push_back(context->needs_input_grad(wanted.isNeeded.size()));
      return saved[next++];
    };
    for (size_t i = 0; i < kinds->activations.size(); i++) {
      LinearLayer layer{nextParameter(), Tensor(), kinds->activations[i]};
      if (kinds->hasBias[i]) layer.bias = nextParameter();
      layers.push_back(std::move(layer));
    }
    variable_list found = at::GradMode::is_enabled()
                              ? differentiableBackward(gradients[0], layers, saved[0], wanted.isNeeded)
                              : summedBackward(gradients[0], layers, saved, std::move(wanted));
    found.push_back(Tensor());  // the layers'
    return found;
  }

 private:
  static constexpr const char* kKinds = "kinds";

  static c10::intrusive_ptr<LayerKinds> kindsOf(AutogradContext& context) {
    return c10::static_intrusive_pointer_cast<LayerKinds>(context.saved_data[kKinds].toCapsule());
  }

  /** The gradients of what GradientSums sums up stay undefined. */
  static variable_list summedBackward(Tensor g, const std::vector<LinearLayer>& layers, const variable_list& saved,
                                      Wanted wanted) {
    GradientSums* const sums = GradientSums::current();
    const auto self = torch::autograd::get_current_node();
    if (!sums || !sums->isActivated(&*self)) {
      g = activationGradient(layers.back().activation, g, saved[layers.size()]);
    }
    if (!sums) return kernels::backward(g, layers, saved, wanted, nullptr);

    const auto* before = dynamic_cast<torch::autograd::CppNode<LinearChain>*>(self->next_edge(0).function.get());
    const bool isThrough = before && wanted.isNeeded[0] && sums->isUsedOnce(before);
    const auto kinds = isThrough ? kindsOf(const_cast<AutogradContext&>(before->ctx_)) : nullptr;
    std::vector<Tensor*> places(wanted.isNeeded.size());
    wanted.sums.resize(places.size());
    size_t next = layers.size() + 1;
    for (size_t i = 1; i < places.size(); i++, next++) {
      if (wanted.isNeeded[i]) places[i] = sums->sumOf(saved[next]);
      if (places[i]) wanted.sums[i] = *places[i];
    }
    variable_list found = kernels::backward(g, layers, saved, wanted, kinds ? &kinds->activations.back() : nullptr);
    if (kinds) sums->markActivated(before);
    for (size_t i = 1; i < places.size(); i++) {
      if (places[i]) *places[i] = std::exchange(found[i], Tensor());
    }
    return found;
  }
};

bool isFast(const Tensor& x, const std::vector<LinearLayer>& layers) {
  // Only with a slope that isn't negative is the sign of a result that of its input.
  const auto isFastLayer = [](const LinearLayer& layer) {
    return isFloatOnCpu(layer.weight) && layer.activation.slope >= 0;
  };
  return x.dim() == 2 && isFloatOnCpu(x) && x.is_contiguous() && std::all_of(layers.begin(), layers.end(), isFastLayer);
}

}  // namespace

Tensor linearChain(const Tensor& x, const std::vector<LinearLayer>& layers) {
  if (layers.empty() || !isFast(x, layers)) return chainOfOperators(x, layers);
  const variable_list parameters = parametersOf(layers);
  const auto needsGradient = [](const Tensor& each) { return each.requires_grad(); };
  const bool isTraced = at::GradMode::is_enabled() &&
                        (needsGradient(x) || std::any_of(parameters.begin(), parameters.end(), needsGradient));
  return isTraced ? LinearChain::apply(x, at::TensorList(parameters), layers) : forward(x, layers).back();
}

}  // namespace kernels
