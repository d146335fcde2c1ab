#include "../kernels/elementwise/bce.h"
#include "../convert.h"
#include "../register.h"

namespace {

using Loss = at::Tensor (*)(const at::Tensor&, const at::Tensor&);

/** torch::nn::BCELoss and torch::nn::BCEWithLogitsLoss, averaged over all elements. */
template <Loss loss>
Napi::Value meanLoss(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::of(info.Env());
  const at::Tensor input = environment.unwrap(info[0], "input");
  const at::Tensor target = environment.unwrap(info[1], "target");
  if (input.sizes() != target.sizes()) {
    throw shapeError("target", shapeText(input.sizes()) + ", the input's,", target);
  }
  return environment.wrap(info.Env(), loss(input, target));
}

}  // namespace

void registerBce(Napi::Env, Napi::Object exports) {
  exportFunction<meanLoss<kernels::bceLoss>>(exports, "bceLoss");
  exportFunction<meanLoss<kernels::bceWithLogitsLoss>>(exports, "bceWithLogitsLoss");
}
