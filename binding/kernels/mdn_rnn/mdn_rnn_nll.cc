#include "mdn_rnn_nll.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include "../gru/gru_passes.h"
#include "../products/gemm_tasks.h"
#include "mixture_nll.h"

namespace kernels {
namespace {

using at::Tensor;

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

}  // namespace

bool isMdnRnnNll(const MdnRnnWeights& weights, const Tensor& input, const Tensor& target) {
  return isFusedMdnRnn(weights) && isFloatOnCpu(input) && isFloatOnCpu(target);
}

std::vector<Tensor> mdnRnnNll(const MdnRnnWeights& weights, const Tensor& input, const Tensor& target,
                              double varianceFloor) {
  const at::NoGradGuard noGrad;
  const int64_t batch = input.size(0), dim = target.size(1);
  const Matrix head{weights.headWeight};
  const GruForward gru = gruForwardPass(input, Tensor(), weights.gru, false, true);
  const Matrix last{gru.last};
  const Tensor raw = multiply(last, head.transposed(), weights.headBias.const_data_ptr<float>());
  const Tensor gradient = at::empty(raw.sizes(), at::kFloat);  // of raw
  const Tensor loss = mixtureNllOnCpu(raw.view({batch, -1, dim + 2}), target.contiguous(), varianceFloor, gradient);
  averageInPlace(gradient);

  const Matrix g{gradient};
  std::vector<Tensor> results = gruBackwardPass({Tensor(), multiply(g, head)}, gru.trace, weights.gru, batch,
                                                input.size(1), false, {false, false});
  results.erase(results.begin());  // the input's
  results.front() = loss;          // in the initial state's place
  results.push_back(multiply(g.transposed(), last));
  results.push_back(sumOfRows(gradient));
  return results;
}

}  // namespace kernels
