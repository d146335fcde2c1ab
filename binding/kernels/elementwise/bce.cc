// Between the products of a training step libtorch's code and its tables are no longer in the cache, so that an
// operator on a hundred numbers takes microseconds, and a loss with its gradient has a handful. Here one loop makes
// both when the loss is asked for, and libtorch what depends on its own functions of vectors and its order of a sum.
#include "bce.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/binary_cross_entropy.h>
#include <ATen/ops/binary_cross_entropy_backward.h>
#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/log_sigmoid.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/sigmoid.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>

#include "../autograd/own_node.h"
#include "../random/pseudo_random.h"
#include "../vectors/float_on_cpu.h"
#include "../vectors/stand_ins.h"
#include "mean.h"
#include "sigmoid.h"

namespace kernels {
namespace {

using at::Tensor;
using torch::autograd::variable_list;

struct LossAndGradient {
  Tensor loss, gradient;
};

/** A loss of its kind by libtorch, its gradient for that of the loss, and both by loops of our own. */
struct OfProbabilities {
  static Tensor loss(const Tensor& input, const Tensor& target) { return at::binary_cross_entropy(input, target); }

  static Tensor gradient(const Tensor& ofLoss, const Tensor& input, const Tensor& target) {
    return at::binary_cross_entropy_backward(ofLoss, input, target);
  }

  /** Nothing for what BCELoss refuses. */
  static LossAndGradient own(const Tensor& input, const Tensor& target) {
    const Tensor losses = at::empty_like(input), gradient = at::empty_like(input);
    const int64_t count = input.numel();
    const auto divisor = static_cast<float>(count);
    const float *y = input.const_data_ptr<float>(), *t = target.const_data_ptr<float>();
    float *loss = losses.mutable_data_ptr<float>(), *g = gradient.mutable_data_ptr<float>();
    for (int64_t i = 0; i < count; i++) {
      if (!(y[i] >= 0 && y[i] <= 1 && t[i] >= 0 && t[i] <= 1)) return {};
      loss[i] = (t[i] - 1) * std::max(std::log1p(-y[i]), -100.0f) - t[i] * std::max(std::log(y[i]), -100.0f);
      g[i] = (y[i] - t[i]) / std::max((1 - y[i]) * y[i], 1e-12f) / divisor;
    }
    return {meanOfAll(losses), gradient};
  }
};

struct OfLogits {
  static Tensor loss(const Tensor& input, const Tensor& target) {
    return at::binary_cross_entropy_with_logits(input, target);
  }

  static Tensor gradient(const Tensor& ofLoss, const Tensor& input, const Tensor& target) {
    return (at::sigmoid(input) - target).mul_(ofLoss).div_(input.numel());
  }

  static LossAndGradient own(const Tensor& input, const Tensor& target) {
    const Tensor p = sigmoidOfFew(input), losses = at::log_sigmoid(input), gradient = at::empty_like(p);
    const int64_t count = input.numel();
    const auto divisor = static_cast<float>(count);
    const float *x = input.const_data_ptr<float>(), *t = target.const_data_ptr<float>(), *y = p.const_data_ptr<float>();
    float *loss = losses.mutable_data_ptr<float>(), *g = gradient.mutable_data_ptr<float>();
    for (int64_t i = 0; i < count; i++) {
      loss[i] = (1 - t[i]) * x[i] - loss[i];
      g[i] = (y[i] - t[i]) / divisor;
    }
    return {meanOfAll(losses), gradient};
  }
};

template <class Kind>
bool givesLibtorchsNumbers() {
  constexpr int64_t kCount = 4096;
  const Tensor input = at::empty({kCount, 1}, at::kFloat), target = at::empty_like(input);
  float *x = input.mutable_data_ptr<float>(), *t = target.mutable_data_ptr<float>();
  PseudoRandom random{1};
  for (int64_t i = 0; i < kCount; i++) {
    // The sigmoid of 30 is one, and that of -110 zero.
    x[i] = random.number() * (i % 4 == 0 ? 150.0f : 8.0f);
    t[i] = i % 3 == 0 ? 0.0f : i % 3 == 1 ? 1.0f : (1 + random.number()) / 2;
  }
  const Tensor given = std::is_same_v<Kind, OfLogits> ? input : at::sigmoid(input);
  const auto [loss, gradient] = Kind::own(given, target);
  return loss.defined() && haveSameBits(loss, Kind::loss(given, target)) &&
         haveSameBits(gradient, Kind::gradient(at::ones({}, at::kFloat), given, target));
}

/** Nothing where libtorch has to do it. */
template <class Kind>
LossAndGradient own(const Tensor& input, const Tensor& target) {
  const auto isTaken = [](const Tensor& tensor) { return isFloatOnCpu(tensor) && tensor.is_contiguous(); };
  if (!isTaken(input) || !isTaken(target) || target.requires_grad() || input.sizes() != target.sizes()) return {};
  const at::NoGradGuard noGrad;
  static const bool isOwn = givesLibtorchsNumbers<Kind>();
  return standsIn(standIns().bce, isOwn) ? Kind::own(input, target) : LossAndGradient();
}

template <class Kind>
class MeanLossNode : public OwnNode {
 public:
  MeanLossNode(const Tensor& input, const Tensor& target, Tensor gradient)
      : input_(save(input)), target_(save(target)), gradient_(std::move(gradient)) {}

  variable_list backward(const Tensor& ofLoss) override {
    const Tensor input = input_.unpack(), target = target_.unpack();
    if (at::GradMode::is_enabled()) {
      return {torch::autograd::grad({Kind::loss(input, target)}, {input}, {ofLoss}, true, true)[0]};
    }
    const bool isOne = isFloatOnCpu(ofLoss) && *ofLoss.const_data_ptr<float>() == 1;
    return {isOne ? gradient_ : Kind::gradient(ofLoss, input, target)};
  }

  void release() override {
    input_.reset_data();
    target_.reset_data();
    gradient_ = Tensor();
  }

 private:
  Saved input_, target_;
  Tensor gradient_;
};

template <class Kind>
Tensor meanLoss(const Tensor& input, const Tensor& target) {
  const LossAndGradient found = own<Kind>(input, target);
  if (!found.loss.defined()) return Kind::loss(input, target);
  if (at::GradMode::is_enabled() && input.requires_grad()) {
    attachNode<MeanLossNode<Kind>>(found.loss, {input}, input, target, found.gradient);
  }
  return found.loss;
}

}  // namespace

Tensor bceLoss(const Tensor& probabilities, const Tensor& target) {
  return meanLoss<OfProbabilities>(probabilities, target);
}

Tensor bceWithLogitsLoss(const Tensor& logits, const Tensor& target) { return meanLoss<OfLogits>(logits, target); }

}  // namespace kernels
