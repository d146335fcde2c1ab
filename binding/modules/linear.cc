#include <torch/nn/modules/linear.h>

#include "../kernels/gemm.h"
#include "../kernels/linear.h"
#include "../register.h"
#include "module.h"

namespace {

/** torch::nn::Linear: y = x Wᵀ + b. */
class Linear : public ModuleWrap<Linear, torch::nn::Linear> {
 public:
  static constexpr const char* kName = "Linear";
  static constexpr napi_type_tag kTag = {0x6c746767656e2d31, 0x4c696e656172};

  // new Linear(inFeatures, outFeatures, bias)
  explicit Linear(const Napi::CallbackInfo& info) : ModuleWrap(info) {
    guarded(info, kName, [&] {
      const int64_t inFeatures = integerFromJs(info[0], "inFeatures");
      const int64_t outFeatures = integerFromJs(info[1], "outFeatures");
      const bool bias = booleanFromJs(info[2], "bias");
      const AsDefaultGenerator guard(Environment::of(info.Env()));
      module_ = torch::nn::Linear(torch::nn::LinearOptions(inFeatures, outFeatures).bias(bias));
    });
  }

  // forward(x (..., inFeatures)): (..., outFeatures)
  Napi::Value forward(const Napi::CallbackInfo& info) {
    Environment& environment = Environment::of(info.Env());
    const at::Tensor input = environment.unwrap(info[0], "input");
    checkLastSize(input, module()->options.in_features(), "input");
    const at::Tensor &weight = module()->weight, &bias = module()->bias;
    const bool isFast = kernels::isFastLinear(input, weight);
    return environment.wrap(info.Env(), isFast ? kernels::linear(input, weight, bias) : module()->forward(input));
  }
};

// blockedProduct(a, b, bias?, blockDepth), for tests
Napi::Value blockedProduct(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::of(info.Env());
  const at::Tensor a = environment.unwrap(info[0], "a"), b = environment.unwrap(info[1], "b");
  const at::Tensor bias = isMissing(info[2]) ? at::Tensor() : environment.unwrap(info[2], "bias");
  const int64_t blockDepth = integerFromJs(info[3], "blockDepth");
  return environment.wrap(info.Env(), kernels::blockedProduct(a, b, bias, blockDepth));
}

}  // namespace

void registerLinear(Napi::Env env, Napi::Object exports) {
  Linear::define(env, exports,
                 {{"forward", &Linear::method<&Linear::forward>},
                  {"parameters", &Linear::method<&Linear::parameters>},
                  {"to", &Linear::method<&Linear::to>},
                  {"dispose", &Linear::method<&Linear::dispose>}});
  exportFunction<blockedProduct>(exports, "blockedProduct");
}
