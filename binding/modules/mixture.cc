#include "../kernels/mdn_rnn/mixture_nll.h"
#include "../kernels/mdn_rnn/mixture_quantile.h"
#include "../kernels/mdn_rnn/mixture_sample.h"

#include "../convert.h"
#include "../random.h"
#include "../register.h"

namespace {

void checkRaw(const at::Tensor& raw) {
  if (raw.dim() != 3 || raw.size(1) == 0 || raw.size(2) < 3) throw shapeError("raw", "[B, K, D + 2]", raw);
}

// mixtureNll(raw (B, K, D + 2), target (B, D), varianceFloor): a number
Napi::Value mixtureNll(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::of(info.Env());
  const at::Tensor raw = environment.unwrap(info[0], "raw");
  const at::Tensor target = environment.unwrap(info[1], "target");
  checkRaw(raw);
  const std::vector<int64_t> expected{raw.size(0), raw.size(2) - 2};
  if (target.sizes() != expected) throw shapeError("target", shapeText(expected), target);
  return environment.wrap(info.Env(), kernels::mixtureNll(raw, target, numberFromJs(info[2], "varianceFloor")));
}

// sampleMixture(raw (B, K, D + 2), varianceFloor, temperature, generator?): (B, D)
Napi::Value sampleMixture(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::of(info.Env());
  const at::Tensor raw = environment.unwrap(info[0], "raw");
  checkRaw(raw);
  const double varianceFloor = numberFromJs(info[1], "varianceFloor");
  const double temperature = numberFromJs(info[2], "temperature");
  const auto generator = generatorFor(environment, info[3], raw.device());
  return environment.wrap(info.Env(), kernels::sampleMixture(raw, {varianceFloor, temperature}, generator));
}

// mixtureQuantiles(means (B, K, 1), variances (B, K), logWeights (B, K), levels (N)): (B, N)
Napi::Value mixtureQuantiles(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::of(info.Env());
  const kernels::Mixtures mixtures{environment.unwrap(info[0], "means"), environment.unwrap(info[1], "variances"),
                                   environment.unwrap(info[2], "logWeights")};
  const at::Tensor levels = environment.unwrap(info[3], "levels");
  if (mixtures.variances.dim() != 2) throw shapeError("variances", "(B, K)", mixtures.variances);
  const auto sizes = mixtures.variances.sizes().vec();
  if (mixtures.logWeights.sizes() != sizes) throw shapeError("logWeights", shapeText(sizes), mixtures.logWeights);
  const std::vector<int64_t> expected{sizes[0], sizes[1], 1};
  if (mixtures.means.sizes() != expected) throw shapeError("means", shapeText(expected), mixtures.means);
  if (levels.dim() != 1) throw shapeError("levels", "(N)", levels);
  return environment.wrap(info.Env(), kernels::mixtureQuantiles(mixtures, levels));
}

}  // namespace

void registerMixture(Napi::Env, Napi::Object exports) {
  exportFunction<mixtureNll>(exports, "mixtureNll");
  exportFunction<sampleMixture>(exports, "sampleMixture");
  exportFunction<mixtureQuantiles>(exports, "mixtureQuantiles");
}
