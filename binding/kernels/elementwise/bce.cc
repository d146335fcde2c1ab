// Between the products of a training step libtorch's code and its tables are no longer in the cache, so that an
// operator on a hundred numbers takes microseconds, and these losses have nine of them. Here one loop does what is
// arithmetic, and libtorch what depends on its own functions of vectors and its order of a sum.
#include "bce.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/ops/binary_cross_entropy.h>
#include <ATen/ops/binary_cross_entropy_backward.h>
#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/log_sigmoid.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/sigmoid_backward.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "../random/pseudo_random.h"
#include "../vectors/float_on_cpu.h"
#include "mean.h"
#include "sigmoid.h"

namespace kernels {
namespace {

using at::Tensor;

struct LossAndGradient {
  Tensor loss, gradient;
};

LossAndGradient ofLibtorch(const Tensor& logits, const Tensor& target, bool ofProbabilities) {
  const Tensor p = at::sigmoid(logits);
  if (!ofProbabilities) {
    return {at::binary_cross_entropy_with_logits(logits, target), (p - target).div_(logits.numel())};
  }
  const Tensor loss = at::binary_cross_entropy(p, target);
  const Tensor ofP = at::binary_cross_entropy_backward(at::ones({}, loss.options()), p, target);
  return {loss, at::sigmoid_backward(ofP, p)};
}

/** Nothing for what BCELoss refuses. */
std::optional<LossAndGradient> own(const Tensor& logits, const Tensor& target, bool ofProbabilities) {
  const Tensor p = sigmoidOfFew(logits), losses = ofProbabilities ? at::empty_like(p) : at::log_sigmoid(logits);
  const Tensor gradient = at::empty_like(p);
  const int64_t count = p.numel();
  const auto divisor = static_cast<float>(count);
  const float *x = logits.const_data_ptr<float>(), *t = target.const_data_ptr<float>(), *y = p.const_data_ptr<float>();
  float *loss = losses.mutable_data_ptr<float>(), *g = gradient.mutable_data_ptr<float>();
  if (ofProbabilities) {
    for (int64_t i = 0; i < count; i++) {
      if (!(y[i] >= 0 && t[i] >= 0 && t[i] <= 1)) return std::nullopt;
      loss[i] = (t[i] - 1) * std::max(std::log1p(-y[i]), -100.0f) - t[i] * std::max(std::log(y[i]), -100.0f);
      const float ofP = (y[i] - t[i]) / std::max((1 - y[i]) * y[i], 1e-12f) / divisor;
      g[i] = ofP * (1 - y[i]) * y[i];
    }
  } else {
    for (int64_t i = 0; i < count; i++) {
      loss[i] = (1 - t[i]) * x[i] - loss[i];
      g[i] = (y[i] - t[i]) / divisor;
    }
  }
  return LossAndGradient{meanOfAll(losses), gradient};
}

bool givesLibtorchsNumbers() {
  constexpr int64_t kCount = 4096;
  const Tensor logits = at::empty({kCount, 1}, at::kFloat), target = at::empty_like(logits);
  float *x = logits.mutable_data_ptr<float>(), *t = target.mutable_data_ptr<float>();
  PseudoRandom random{1};
  for (int64_t i = 0; i < kCount; i++) {
    // The sigmoid of 30 is one, and that of -110 zero.
    x[i] = random.number() * (i % 4 == 0 ? 150.0f : 8.0f);
    t[i] = i % 3 == 0 ? 0.0f : i % 3 == 1 ? 1.0f : (1 + random.number()) / 2;
  }
  for (const bool ofProbabilities : {false, true}) {
    const auto ours = own(logits, target, ofProbabilities);
    const auto theirs = ofLibtorch(logits, target, ofProbabilities);
    if (!ours || !at::equal(ours->loss, theirs.loss) || !at::equal(ours->gradient, theirs.gradient)) return false;
  }
  return true;
}

LossAndGradient lossAndGradient(const Tensor& logits, const Tensor& target, bool ofProbabilities) {
  const auto isTaken = [](const Tensor& tensor) { return isFloatOnCpu(tensor) && tensor.is_contiguous(); };
  if (isTaken(logits) && isTaken(target)) {
    static const bool isOwn = givesLibtorchsNumbers();
    if (isOwn) {
      if (const auto result = own(logits, target, ofProbabilities)) return *result;
    }
  }
  return ofLibtorch(logits, target, ofProbabilities);
}

void addNumber(Tensor& sum, const Tensor& number) {
  if (isFloatOnCpu(sum) && isFloatOnCpu(number)) {
    *sum.mutable_data_ptr<float>() += *number.const_data_ptr<float>();
  } else {
    sum.add_(number);
  }
}

}  // namespace

std::vector<Tensor> bceOfLogits(const std::vector<Tensor>& logits, const std::vector<Tensor>& targets,
                                bool ofProbabilities) {
  const at::AutoDispatchBelowADInplaceOrView noGraph;
  std::vector<Tensor> results;
  for (size_t i = 0; i < logits.size(); i++) {
    const auto [loss, gradient] = lossAndGradient(logits[i], targets[i], ofProbabilities);
    if (i == 0) {
      results.push_back(loss);
    } else {
      addNumber(results[0], loss);
    }
    results.push_back(gradient);
  }
  return results;
}

}  // namespace kernels
