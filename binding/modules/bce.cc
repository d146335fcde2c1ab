#include <torch/nn/modules/loss.h>

#include "../kernels/bce.h"
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

// bceOfLogits(logits, target, ofProbabilities): [loss, its gradient]
Napi::Value bceOfLogits(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::of(info.Env());
  const at::Tensor logits = environment.unwrap(info[0], "logits"), target = environment.unwrap(info[1], "target");
  checkTarget(logits, target);
  const auto [loss, gradient] = kernels::bceOfLogits(logits, target, booleanFromJs(info[2], "ofProbabilities"));
  return toJs(info.Env(), environment, std::vector<at::Tensor>{loss, gradient});
}

}  // namespace

void registerBce(Napi::Env, Napi::Object exports) {
  exportFunction<meanLoss<torch::nn::BCELoss>>(exports, "bceLoss");
  exportFunction<meanLoss<torch::nn::BCEWithLogitsLoss>>(exports, "bceWithLogitsLoss");
  exportFunction<bceOfLogits>(exports, "bceOfLogits");
}
