#include <torch/nn/modules/loss.h>

#include "../register.h"
#include "module.h"

namespace {

/** torch::nn::BCELoss and torch::nn::BCEWithLogitsLoss, averaged over all elements. */
template <class Loss>
Napi::Value meanLoss(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::of(info.Env());
  const at::Tensor input = environment.unwrap(info[0], "input");
  const at::Tensor target = environment.unwrap(info[1], "target");
  if (input.sizes() != target.sizes()) {
    throw shapeError("target", shapeText(input.sizes()) + ", the input's,", target);
  }
  return environment.wrap(info.Env(), Loss()(input, target));
}

}  // namespace

void registerBce(Napi::Env, Napi::Object exports) {
  exportFunction<meanLoss<torch::nn::BCELoss>>(exports, "bceLoss");
  exportFunction<meanLoss<torch::nn::BCEWithLogitsLoss>>(exports, "bceWithLogitsLoss");
}
