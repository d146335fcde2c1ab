#include "mixture_nll.h"

#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/logsumexp.h>
#include <ATen/ops/softplus.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>

#include "mixture_math.h"

namespace kernels {
namespace {

using at::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr double kLog2Pi = 1.8378770664093454836;

/** Returns the logarithm of the sum of their exponentials. */
template <class Float>
Float softmaxInPlace(Float* x, int64_t count) {
  const Float most = *std::max_element(x, x + count);
  Float sum = 0;
  for (int64_t k = 0; k < count; k++) sum += x[k] = std::exp(x[k] - most);
  for (int64_t k = 0; k < count; k++) x[k] /= sum;
  return most + std::log(sum);
}

/** Raw parameters of one row, their gradient (or null) and the work space of 4 K. */
template <class Float>
struct Row {
  const Float *raw, *target;
  Float *gradient, *work;
  int64_t components, dim;
};

// With v the variances and q the squared distances to the means,
//
//   log p = logsumexp_k (a_k + l_k) - logsumexp_k a_k,    l_k = -(q_k / v_k + D log v_k + D log 2π) / 2
//
// for the logits a. With their softmax w and the responsibility g, the softmax of a + l, the gradient of -log p is
//
//   mean: g (mean - y) / v    v: g (D - q / v) / 2v    u: that of v times the sigmoid of u    logit: w - g
template <class Float>
Float negativeLogLikelihood(const Row<Float>& row, Float varianceFloor) {
  const int64_t count = row.components, dim = row.dim;
  Float *weights = row.work, *responsibilities = weights + count, *variances = responsibilities + count,
        *squared = variances + count;
  for (int64_t k = 0; k < count; k++) {
    const Float* raw = row.raw + k * (dim + 2);
    squared[k] = 0;
    for (int64_t d = 0; d < dim; d++) squared[k] += (row.target[d] - raw[d]) * (row.target[d] - raw[d]);
    variances[k] = softplus(raw[dim]) + varianceFloor;
    weights[k] = raw[dim + 1];
    responsibilities[k] = Float(-0.5) * (squared[k] / variances[k] + dim * (std::log(variances[k]) + Float(kLog2Pi)));
  }
  // Large logits would take digits from the densities.
  const Float most = *std::max_element(weights, weights + count);
  for (int64_t k = 0; k < count; k++) responsibilities[k] += weights[k] -= most;
  const Float loss = softmaxInPlace(weights, count) - softmaxInPlace(responsibilities, count);
  for (int64_t k = 0; row.gradient && k < count; k++) {
    const Float* raw = row.raw + k * (dim + 2);
    Float* gradient = row.gradient + k * (dim + 2);
    const Float responsibility = responsibilities[k], variance = variances[k];
    for (int64_t d = 0; d < dim; d++) gradient[d] = responsibility * (raw[d] - row.target[d]) / variance;
    const Float varianceGradient = responsibility * (dim - squared[k] / variance) / (2 * variance);
    gradient[dim] = varianceGradient / (1 + std::exp(-raw[dim]));
    gradient[dim + 1] = weights[k] - responsibility;
  }
  return loss;
}

/** The same by libtorch's operators. */
Tensor composed(const Tensor& raw, const Tensor& target, double varianceFloor) {
  const int64_t dim = target.size(1);
  const Tensor variances = at::softplus(raw.select(-1, dim)).add(varianceFloor);           // (B, K)
  const Tensor squared = (target.unsqueeze(1) - raw.narrow(-1, 0, dim)).square().sum(-1);  // (B, K)
  const Tensor logDensities = (squared / variances + (variances.log() + kLog2Pi) * dim) * -0.5;
  return at::logsumexp(at::log_softmax(raw.select(-1, dim + 1), -1) + logDensities, {-1}).mean().neg();
}

struct MixtureNll : torch::autograd::Function<MixtureNll> {
  static Tensor forward(AutogradContext* context, const Tensor& raw, const Tensor& target, double varianceFloor) {
    const Tensor gradient = at::empty_like(raw, raw.options().requires_grad(false));
    context->save_for_backward({raw, target, gradient});
    context->saved_data["varianceFloor"] = varianceFloor;
    return mixtureNllOnCpu(raw, target, varianceFloor, gradient);
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const variable_list saved = context->get_saved_variables();
    const Tensor &raw = saved[0], &target = saved[1];
    if (at::GradMode::is_enabled()) {
      const Tensor loss = composed(raw, target, context->saved_data["varianceFloor"].toDouble());
      return {torch::autograd::grad({loss}, {raw}, {gradients[0]}, true, true)[0], Tensor(), Tensor()};
    }
    return {saved[2] * (gradients[0] / raw.size(0)), Tensor(), Tensor()};
  }
};

}  // namespace

Tensor mixtureNllOnCpu(const Tensor& raw, const Tensor& target, double varianceFloor, const Tensor& gradient) {
  const int64_t batch = raw.size(0), components = raw.size(1), dim = target.size(1);
  const Tensor result = at::empty({}, raw.options().requires_grad(false));
  AT_DISPATCH_FLOATING_TYPES(raw.scalar_type(), "mixtureNll", [&] {
    const auto* rawData = raw.const_data_ptr<scalar_t>();
    const auto* targetData = target.const_data_ptr<scalar_t>();
    auto* gradientData = gradient.defined() ? gradient.mutable_data_ptr<scalar_t>() : nullptr;
    std::vector<scalar_t> losses(batch);
    constexpr int64_t kComponentsWorthAThread = 64;  // some 4 µs
    const int64_t rowsWorthAThread = std::max<int64_t>(1, kComponentsWorthAThread / components);
    at::parallel_for(0, batch, rowsWorthAThread, [&](int64_t begin, int64_t end) {
      std::vector<scalar_t> work(4 * components);
      for (int64_t i = begin; i < end; i++) {
        const int64_t offset = i * components * (dim + 2);
        losses[i] = negativeLogLikelihood<scalar_t>(
            {rawData + offset, targetData + i * dim, gradientData ? gradientData + offset : nullptr, work.data(),
             components, dim},
            static_cast<scalar_t>(varianceFloor));
      }
    });
    double sum = 0;
    for (const scalar_t loss : losses) sum += loss;
    *result.mutable_data_ptr<scalar_t>() = static_cast<scalar_t>(sum / batch);
  });
  return result;
}

Tensor mixtureNll(const Tensor& raw, const Tensor& target, double varianceFloor) {
  const bool isOnCpu = raw.is_cpu() && target.is_cpu() && raw.scalar_type() == target.scalar_type() &&
                       (raw.scalar_type() == at::kFloat || raw.scalar_type() == at::kDouble);
  if (!isOnCpu || (at::GradMode::is_enabled() && target.requires_grad())) return composed(raw, target, varianceFloor);
  const Tensor rows = raw.contiguous(), values = target.contiguous();
  if (at::GradMode::is_enabled() && raw.requires_grad()) return MixtureNll::apply(rows, values, varianceFloor);
  return mixtureNllOnCpu(rows, values, varianceFloor, Tensor());
}

}  // namespace kernels
