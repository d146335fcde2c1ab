#include "mdn_rnn_nll.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

#include "../gru/fused_gru.h"
#include "../gru/gru_passes.h"
#include "../products/gemm_tasks.h"
#include "mixture_nll.h"

namespace kernels {
namespace {

using at::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/** a b, in each row plus the bias, if there is one. The head's products are too small for threads. */
Tensor multiply(const Matrix& a, const Matrix& b, const float* bias = nullptr) {
  const Tensor result = at::empty({a.rows(), b.columns()}, at::kFloat);
  const SumOrder order{{a.columns()}};
  runGemms({{.a = a, .b = b, .c = result, .order = order, .bias = bias}}, 1);
  return result;
}

/** Makes the gradient of the rows' sum that of their mean. */
void averageInPlace(const Tensor& gradient) {
  float* data = gradient.mutable_data_ptr<float>();
  const float factor = 1.0f / static_cast<float>(gradient.size(0));
  for (int64_t i = 0; i < gradient.numel(); i++) data[i] *= factor;
}

Tensor sumOfRows(const Tensor& matrix) {
  const int64_t rows = matrix.size(0), columns = matrix.size(1);
  const Tensor result = at::zeros({columns}, at::kFloat);
  const float* row = matrix.const_data_ptr<float>();
  float* sums = result.mutable_data_ptr<float>();
  for (int64_t i = 0; i < rows; i++, row += columns) {
    for (int64_t j = 0; j < columns; j++) sums[j] += row[j];
  }
  return result;
}

/** The loss, then a gradient for each weight. */
variable_list lossAndGradients(const MdnRnnWeights& weights, const Tensor& input, const Tensor& target,
                               double varianceFloor) {
  const int64_t batch = input.size(0), dim = target.size(1);
  const Matrix head{weights.headWeight};
  const GruForward gru = gruForwardPass(input, Tensor(), weights.gru, false, true);
  const Matrix last{gru.last};
  const Tensor raw = multiply(last, head.transposed(), weights.headBias.const_data_ptr<float>());
  const Tensor gradient = at::empty(raw.sizes(), at::kFloat);  // of raw
  const Tensor loss = mixtureNllOnCpu(raw.view({batch, -1, dim + 2}), target.contiguous(), varianceFloor, gradient);
  averageInPlace(gradient);

  const Matrix g{gradient};
  variable_list results = gruBackwardPass({Tensor(), multiply(g, head)}, gru.trace, weights.gru, batch, input.size(1),
                                          false, {false, false});
  results.erase(results.begin());  // the input's
  results.front() = loss;          // in the initial state's place
  results.push_back(multiply(g.transposed(), last));
  results.push_back(sumOfRows(gradient));
  return results;
}

/** The same loss as nodes that can be differentiated twice. */
Tensor composed(const MdnRnnWeights& weights, const Tensor& input, const Tensor& target, double varianceFloor) {
  const Tensor last = fusedGruLayer(input, Tensor(), weights.gru, false).last;
  const Tensor raw = at::linear(last, weights.headWeight, weights.headBias);
  return mixtureNll(raw.view({input.size(0), -1, target.size(1) + 2}), target, varianceFloor);
}

struct MdnRnnNll : torch::autograd::Function<MdnRnnNll> {
  static Tensor forward(AutogradContext* context, at::TensorList weights, const Tensor& input, const Tensor& target,
                        double varianceFloor) {
    variable_list saved = lossAndGradients(weightsOf(weights), input, target, varianceFloor);
    const Tensor loss = saved.front();
    saved.front() = target;
    saved.push_back(input);
    saved.insert(saved.end(), weights.begin(), weights.end());
    context->save_for_backward(std::move(saved));
    context->saved_data["varianceFloor"] = varianceFloor;
    return loss;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();  // target, gradients, input, weights
    const Tensor& ofLoss = gradients[0];
    variable_list found;
    if (at::GradMode::is_enabled()) {
      const variable_list weights(saved.end() - kWeights, saved.end());
      const double varianceFloor = context->saved_data["varianceFloor"].toDouble();
      const Tensor loss = composed(weightsOf(weights), saved[kWeights + 1], saved[0], varianceFloor);
      found = torch::autograd::grad({loss}, weights, {ofLoss}, true, true);
    } else {
      found.assign(saved.begin() + 1, saved.begin() + 1 + kWeights);
      if (*ofLoss.const_data_ptr<float>() != 1) {
        for (Tensor& gradient : found) gradient = gradient * ofLoss;
      }
    }
    found.resize(kWeights + 3);  // the input, the target and the floor have none
    return found;
  }

 private:
  static constexpr int64_t kWeights = 6;

  static MdnRnnWeights weightsOf(at::TensorList weights) { return {weights.slice(0, 4).vec(), weights[4], weights[5]}; }
};

}  // namespace

bool isMdnRnnNll(const MdnRnnWeights& weights, const Tensor& input, const Tensor& target) {
  const bool isTraced = at::GradMode::is_enabled() && !input.requires_grad() && !target.requires_grad() &&
                        (weights.headWeight.requires_grad() || weights.headBias.requires_grad() ||
                         std::any_of(weights.gru.begin(), weights.gru.end(),
                                     [](const Tensor& weight) { return weight.requires_grad(); }));
  return isTraced && isFusedMdnRnn(weights) && isFloatOnCpu(input) && isFloatOnCpu(target);
}

Tensor mdnRnnNll(const MdnRnnWeights& weights, const Tensor& input, const Tensor& target, double varianceFloor) {
  variable_list all = weights.gru;
  all.insert(all.end(), {weights.headWeight, weights.headBias});
  return MdnRnnNll::apply(at::TensorList(all), input, target, varianceFloor);
}

}  // namespace kernels
