#include "../kernels/rollout.h"

#include "../convert.h"
#include "../random.h"
#include "../register.h"

namespace {

// rollOut(parameters of an MDN-RNN, value (P, 1), hidden (P, H), steps, varianceFloor, temperature, generator?):
// (P, steps), or undefined if there is no kernel for such tensors
Napi::Value rollOut(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::of(info.Env());
  const std::vector<at::Tensor> parameters = tensorsFromJs(environment, info[0], "parameters");
  if (parameters.size() != 6) throw invalidArgument("parameters", "6 Tensors", info[0]);
  const kernels::MdnRnnWeights weights{{parameters.begin(), parameters.begin() + 4}, parameters[4], parameters[5]};
  const at::Tensor value = environment.unwrap(info[1], "value");
  const at::Tensor hidden = environment.unwrap(info[2], "hidden");
  if (value.dim() != 2 || value.size(1) != 1) throw shapeError("value", "(paths, 1)", value);
  const std::vector<int64_t> expected{value.size(0), parameters[4].size(1)};
  if (hidden.sizes() != expected) throw shapeError("hidden", shapeText(expected), hidden);
  if (!kernels::isRollOut(weights, value, hidden)) return info.Env().Undefined();
  const kernels::MixtureOptions options{numberFromJs(info[4], "varianceFloor"), numberFromJs(info[5], "temperature")};
  const auto generator = generatorFor(environment, info[6], value.device());
  return environment.wrap(
      info.Env(), kernels::rollOut(weights, value, hidden, integerFromJs(info[3], "steps"), options, generator));
}

}  // namespace

void registerRollOut(Napi::Env, Napi::Object exports) { exportFunction<rollOut>(exports, "rollOut"); }
