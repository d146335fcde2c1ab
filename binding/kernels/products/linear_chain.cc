#include "linear_chain.h"

#include <ATen/TensorIterator.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/linear.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <utility>

#include "../autograd/backward_pass.h"
#include "../vectors/float_on_cpu.h"
#include "gemm.h"

namespace kernels {
namespace {

using at::Tensor;
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

class LinearChainNode : public OwnNode {
 public:
  LinearChainNode(variable_list trace, const std::vector<LinearLayer>& layers)
      : x_(save(trace.front())), trace_(std::move(trace)) {
    // The result itself would hold its node, which holds it.
    if (layers.back().activation.kind != Activation::Kind::none) result_ = save(trace_.back().tensor_data());
    trace_.front() = trace_.back() = Tensor();
    for (const auto& [weight, bias, activation] : layers) {
      layers_.push_back({save(weight), bias.defined() ? save(bias) : Saved(), bias.defined(), activation});
    }
  }

  variable_list backward(const Tensor& gradient) override {
    const Tensor x = x_.unpack();  // refuses a second pass, and what was changed since
    variable_list trace = trace_;
    trace.front() = x;
    if (lastActivation().kind != Activation::Kind::none) trace.back() = result_.unpack();
    std::vector<LinearLayer> layers;
    for (const SavedLayer& layer : layers_) {
      layers.push_back({layer.weight.unpack(), layer.hasBias ? layer.bias.unpack() : Tensor(), layer.activation});
    }
    BackwardPass* const pass = BackwardPass::current();
    Wanted wanted;
    for (size_t i = 0; i < num_outputs(); i++) {
      wanted.isNeeded.push_back(pass ? pass->isNeeded(*this, i) : task_should_compute_output(i));
    }
    if (at::GradMode::is_enabled()) return differentiableBackward(gradient, layers, x, wanted.isNeeded);
    if (pass) return partOf(*pass, gradient, layers, trace, std::move(wanted));
    return kernels::backward(activationGradient(lastActivation(), gradient, trace.back()), layers, trace, wanted,
                             nullptr);
  }

  void release() override {
    x_.reset_data();
    result_.reset_data();
    trace_.clear();
    layers_.clear();
  }

 private:
  struct SavedLayer {
    Saved weight, bias;
    bool hasBias;
    Activation activation;
  };

  const Activation& lastActivation() const { return layers_.back().activation; }

  /** The gradients of what the pass sums up stay undefined. */
  variable_list partOf(BackwardPass& pass, Tensor g, const std::vector<LinearLayer>& layers, const variable_list& trace,
                       Wanted wanted) const {
    if (!pass.isActivated(*this)) g = activationGradient(lastActivation(), g, trace.back());
    const auto* before = dynamic_cast<LinearChainNode*>(next_edge(0).function.get());
    const bool isThrough = before && wanted.isNeeded[0] && pass.isUsedOnce(*before);
    const variable_list parameters = parametersOf(layers);
    std::vector<Tensor*> places(wanted.isNeeded.size());
    wanted.sums.resize(places.size());
    for (size_t i = 1; i < places.size(); i++) {
      if (wanted.isNeeded[i]) places[i] = pass.sumOf(parameters[i - 1]);
      if (places[i]) wanted.sums[i] = *places[i];
    }
    variable_list found = kernels::backward(g, layers, trace, wanted, isThrough ? &before->lastActivation() : nullptr);
    if (isThrough) pass.markActivated(*before);
    for (size_t i = 1; i < places.size(); i++) {
      if (places[i]) *places[i] = std::exchange(found[i], Tensor());
    }
    return found;
  }

  Saved x_, result_;
  variable_list trace_;  // the results between the layers; the first and last places are x's and the result's
  std::vector<SavedLayer> layers_;
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
  variable_list inputs = parametersOf(layers);
  inputs.insert(inputs.begin(), x);
  const bool isTraced = at::GradMode::is_enabled() && std::any_of(inputs.begin(), inputs.end(), [](const Tensor& each) {
                          return each.requires_grad();
                        });
  variable_list trace;
  {
    const at::NoGradGuard noGrad;
    trace = forward(x, layers);
  }
  const Tensor result = trace.back();
  if (isTraced) attachNode<LinearChainNode>(result, inputs, std::move(trace), layers);
  return result;
}

}  // namespace kernels
