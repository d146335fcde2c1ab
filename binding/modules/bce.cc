#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/ops/binary_cross_entropy.h>
#include <ATen/ops/binary_cross_entropy_backward.h>
#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/sigmoid_backward.h>
#include <torch/nn/modules/loss.h>

#include "../register.h"
#include "module.h"

namespace {

void checkTarget(const at::Tensor& input, const at::Tensor& target) {
  if (input.sizes() != target.sizes()) {
    throw shapeError("target", shapeText(input.sizes()) + ", the input's,", target);
  }
}

/** torch::nn::BCELoss and torch::nn::BCEWithLogitsLoss, averaged over all elements. */
template <class Loss>
Napi::Value meanLoss(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::of(info.Env());
  const at::Tensor input = environment.unwrap(info[0], "input");
  const at::Tensor target = environment.unwrap(info[1], "target");
  checkTarget(input, target);
  return environment.wrap(info.Env(), Loss()(input, target));
}

// bceOfLogits(logits, target, ofProbabilities): [loss, its gradient], the loss BCELoss's of the logits' sigmoids or
// BCEWithLogitsLoss's, the gradient by the steps that autograd takes, without a graph
Napi::Value bceOfLogits(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::of(info.Env());
  const at::Tensor logits = environment.unwrap(info[0], "logits"), target = environment.unwrap(info[1], "target");
  checkTarget(logits, target);
  const at::AutoDispatchBelowADInplaceOrView noGraph;
  const at::Tensor p = at::sigmoid(logits);
  if (!booleanFromJs(info[2], "ofProbabilities")) {
    const at::Tensor loss = at::binary_cross_entropy_with_logits(logits, target);
    return toJs(info.Env(), environment, std::vector<at::Tensor>{loss, (p - target).div_(logits.numel())});
  }
  const at::Tensor loss = at::binary_cross_entropy(p, target);
  const at::Tensor ofP = at::binary_cross_entropy_backward(at::ones({}, loss.options()), p, target);
  return toJs(info.Env(), environment, std::vector<at::Tensor>{loss, at::sigmoid_backward(ofP, p)});
}

}  // namespace

void registerBce(Napi::Env, Napi::Object exports) {
  exportFunction<meanLoss<torch::nn::BCELoss>>(exports, "bceLoss");
  exportFunction<meanLoss<torch::nn::BCEWithLogitsLoss>>(exports, "bceWithLogitsLoss");
  exportFunction<bceOfLogits>(exports, "bceOfLogits");
}
