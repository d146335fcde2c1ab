#include <torch/nn/modules/loss.h>

#include "../kernels/elementwise/bce.h"
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

// bceOfLogits(logits, a target for each, ofProbabilities): [loss, a gradient for each logits]
Napi::Value bceOfLogits(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::of(info.Env());
  const std::vector<at::Tensor> logits = tensorsFromJs(environment, info[0], "logits"),
                                targets = tensorsFromJs(environment, info[1], "targets");
  if (logits.empty()) throw invalidArgument("logits", "at least one tensor", info[0]);
  if (targets.size() != logits.size()) {
    throw CodedError("ERR_SHAPE", "Expected " + std::to_string(logits.size()) +
                                      " targets, one for each logits, but received " + std::to_string(targets.size()));
  }
  for (size_t i = 0; i < logits.size(); i++) checkTarget(logits[i], targets[i]);
  std::vector<at::Tensor> lossAndGradients =
      kernels::bceOfLogits(logits, targets, booleanFromJs(info[2], "ofProbabilities"));
  return toJs(info.Env(), environment, lossAndGradients);
}

}  // namespace

void registerBce(Napi::Env, Napi::Object exports) {
  exportFunction<meanLoss<torch::nn::BCELoss>>(exports, "bceLoss");
  exportFunction<meanLoss<torch::nn::BCEWithLogitsLoss>>(exports, "bceWithLogitsLoss");
  exportFunction<bceOfLogits>(exports, "bceOfLogits");
}
