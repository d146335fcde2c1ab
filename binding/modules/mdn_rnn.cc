#include "../kernels/mdn_rnn/mdn_rnn_nll.h"
#include "../kernels/mdn_rnn/rollout.h"

#include "../convert.h"
#include "../register.h"

namespace {

kernels::MdnRnnWeights weightsFromJs(Environment& environment, Napi::Value value) {
  const std::vector<at::Tensor> parameters = tensorsFromJs(environment, value, "parameters");
  if (parameters.size() != 6) throw invalidArgument("parameters", "6 Tensors", value);
  return {{parameters.begin(), parameters.begin() + 4}, parameters[4], parameters[5]};
}

kernels::RollOutOptions optionsFromJs(Napi::Value value) {
  if (!value.IsObject()) throw invalidArgument("options", "an object", value);
  const auto options = value.As<Napi::Object>();
  return {integerFromJs(options.Get("horizon"), "horizon"), integerFromJs(options.Get("paths"), "paths"),
          numberFromJs(options.Get("varianceFloor"), "varianceFloor"),
          numberFromJs(options.Get("temperature"), "temperature"), integerFromJs(options.Get("seed"), "seed")};
}

void checkShape(const at::Tensor& tensor, const std::vector<int64_t>& expected, const std::string& argument) {
  if (tensor.sizes() != expected) throw shapeError(argument, shapeText(expected), tensor);
}

// mdnRnnNll(parameters of an MDN-RNN, input (B, T, I), target (B, D), varianceFloor): a number, or undefined if there
// is no kernel for such tensors
Napi::Value mdnRnnNll(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::of(info.Env());
  const kernels::MdnRnnWeights weights = weightsFromJs(environment, info[0]);
  const at::Tensor input = environment.unwrap(info[1], "input"), target = environment.unwrap(info[2], "target");
  const bool fits = input.dim() == 3 && input.size(0) > 0 && input.size(1) > 0 &&
                    input.size(2) == weights.gru[0].size(1) && target.dim() == 2 && target.size(0) == input.size(0) &&
                    weights.headWeight.size(0) % (target.size(1) + 2) == 0;
  if (!fits || !kernels::isMdnRnnNll(weights, input, target)) return info.Env().Undefined();
  const double varianceFloor = numberFromJs(info[3], "varianceFloor");
  return environment.wrap(info.Env(), kernels::mdnRnnNll(weights, input, target, varianceFloor));
}

// rollOut(parameters of an MDN-RNN, history (T, I), known (horizon - 1, I - 1)?, options): (paths, horizon), or
// undefined if there is no kernel for such tensors
Napi::Value rollOut(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::of(info.Env());
  const kernels::MdnRnnWeights weights = weightsFromJs(environment, info[0]);
  const kernels::RollOutOptions options = optionsFromJs(info[3]);
  const int64_t inputSize = weights.gru[0].size(1);
  kernels::RollOutInputs inputs{environment.unwrap(info[1], "history"), {}};
  if (inputs.history.dim() != 2 || inputs.history.size(0) == 0) {
    throw shapeError("history", "[time, features] with at least one time step", inputs.history);
  }
  checkLastSize(inputs.history, inputSize, "history");
  if (inputSize > 1 && options.horizon > 1) {
    inputs.known = environment.unwrap(info[2], "known");
    checkShape(inputs.known, {options.horizon - 1, inputSize - 1}, "known");
  }
  if (!kernels::isRollOut(weights, inputs)) return info.Env().Undefined();
  return environment.wrap(info.Env(), kernels::rollOut(weights, inputs, options));
}

// pathNoise(seed, step, paths): (2, paths)
Napi::Value pathNoise(const Napi::CallbackInfo& info) {
  const int64_t seed = integerFromJs(info[0], "seed"), step = integerFromJs(info[1], "step");
  return Environment::of(info.Env()).wrap(info.Env(), kernels::pathNoise(seed, step, integerFromJs(info[2], "paths")));
}

// sampleNoise(seed, first, count, size): (count, size)
Napi::Value sampleNoise(const Napi::CallbackInfo& info) {
  const int64_t seed = integerFromJs(info[0], "seed"), first = integerFromJs(info[1], "first");
  const int64_t count = integerFromJs(info[2], "count"), size = integerFromJs(info[3], "size");
  return Environment::of(info.Env()).wrap(info.Env(), kernels::sampleNoise(seed, first, count, size));
}

}  // namespace

void registerMdnRnn(Napi::Env, Napi::Object exports) {
  exportFunction<mdnRnnNll>(exports, "mdnRnnNll");
  exportFunction<rollOut>(exports, "rollOut");
  exportFunction<pathNoise>(exports, "pathNoise");
  exportFunction<sampleNoise>(exports, "sampleNoise");
}
