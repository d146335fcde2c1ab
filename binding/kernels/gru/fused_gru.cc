#include "fused_gru.h"

#include <ATen/ops/gru.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

#include "../vectors/float_on_cpu.h"
#include "gru_passes.h"

namespace kernels {
namespace {

using at::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/** The gradients by at::gru, with a graph of their own. */
variable_list differentiableBackward(const variable_list& gradients, const Tensor& input, const Tensor& hidden,
                                     const variable_list& weights, GruWanted wanted) {
  const Tensor initial = hidden.defined() ? hidden : at::zeros({input.size(0), weights[1].size(1)}, input.options());
  const auto [output, last] = at::gru(input, initial.unsqueeze(0), weights, true, 1, 0.0, true, false, true);
  variable_list outputs, given, inputs = weights;
  for (size_t i = 0; i < gradients.size(); i++) {
    if (!gradients[i].defined()) continue;
    const bool isLast = i + 1 == gradients.size();
    outputs.push_back(isLast ? last.squeeze(0) : output);
    given.push_back(gradients[i]);
  }
  if (wanted.hidden) inputs.insert(inputs.begin(), hidden);
  if (wanted.input) inputs.insert(inputs.begin(), input);
  variable_list result = torch::autograd::grad(outputs, inputs, given, true, true, true);
  if (!wanted.input) result.insert(result.begin(), Tensor());
  if (!wanted.hidden) result.insert(result.begin() + 1, Tensor());
  return result;
}

/** Results: the output if asked for, then the last state. */
struct FusedGru : torch::autograd::Function<FusedGru> {
  static variable_list forward(AutogradContext* context, const Tensor& input, const std::optional<Tensor>& hidden,
                               const Tensor& weightIh, const Tensor& weightHh, const Tensor& biasIh,
                               const Tensor& biasHh, bool withOutput) {
    const Tensor initial = hidden.value_or(Tensor());
    GruForward result = gruForwardPass(input, initial, {weightIh, weightHh, biasIh, biasHh}, withOutput, true);
    const auto& [inputs, states, gates] = result.trace;
    context->save_for_backward({inputs, states, gates, weightIh, weightHh, biasIh, biasHh, input, initial});
    context->set_materialize_grads(false);
    if (withOutput) return {result.output, result.last};
    return {result.last};
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const variable_list weights(saved.begin() + 3, saved.begin() + 7);
    const Tensor &input = saved[7], &hidden = saved[8];
    const GruWanted wanted{context->needs_input_grad(0), hidden.defined() && context->needs_input_grad(1)};
    variable_list result;
    if (at::GradMode::is_enabled()) {
      result = differentiableBackward(gradients, input, hidden, weights, wanted);
    } else {
      for (Tensor& gradient : gradients) gradient = gradient.defined() ? gradient.contiguous() : gradient;
      const GruGradients of{gradients.size() == 2 ? gradients[0] : Tensor(), gradients.back()};
      result = gruBackwardPass(of, {saved[0], saved[1], saved[2]}, weights, input.size(0), input.size(1),
                               hidden.defined(), wanted);
    }
    result.push_back(Tensor());  // withOutput's
    return result;
  }
};

}  // namespace

bool isFusedGru(const Tensor& input, const Tensor& hidden, const std::vector<Tensor>& weights) {
  return isFloatOnCpu(input) && (!hidden.defined() || isFloatOnCpu(hidden)) &&
         std::all_of(weights.begin(), weights.end(), isFloatOnCpu);
}

GruResult fusedGruLayer(const Tensor& input, const Tensor& hidden, const std::vector<Tensor>& weights,
                        bool withOutput) {
  variable_list contiguous;
  for (const Tensor& weight : weights) contiguous.push_back(weight.contiguous());
  const Tensor initial = hidden.defined() ? hidden.contiguous() : hidden;
  const auto needsGradient = [](const Tensor& tensor) { return tensor.defined() && tensor.requires_grad(); };
  const bool isTraced = at::GradMode::is_enabled() && (needsGradient(input) || needsGradient(initial) ||
                                                       std::any_of(weights.begin(), weights.end(), needsGradient));
  if (!isTraced) {
    const GruForward result = gruForwardPass(input, initial, contiguous, withOutput, false);
    return {result.output, result.last};
  }
  const variable_list results = FusedGru::apply(input, initial.defined() ? std::optional(initial) : std::nullopt,
                                                contiguous[0], contiguous[1], contiguous[2], contiguous[3], withOutput);
  return {withOutput ? results[0] : Tensor(), results.back()};
}

}  // namespace kernels
