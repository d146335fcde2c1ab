#include <ATen/ops/stack.h>
#include <torch/nn/modules/rnn.h>

#include "../kernels/gru/fused_gru.h"
#include "../register.h"
#include "module.h"

namespace {

/** torch::nn::GRU with the batch first; where it can, and unless it is to be exact, by the fused kernel. */
class GRU : public ModuleWrap<GRU, torch::nn::GRU> {
 public:
  static constexpr const char* kName = "GRU";
  static constexpr napi_type_tag kTag = {0x6c746767656e2d31, 0x477275};

  // new GRU(inputSize, hiddenSize, numLayers, exact)
  explicit GRU(const Napi::CallbackInfo& info) : ModuleWrap(info) {
    guarded(info, kName, [&] {
      const int64_t inputSize = integerFromJs(info[0], "inputSize");
      const int64_t hiddenSize = integerFromJs(info[1], "hiddenSize");
      const int64_t numLayers = integerFromJs(info[2], "numLayers");
      exact_ = booleanFromJs(info[3], "exact");
      const AsDefaultGenerator guard(Environment::of(info.Env()));
      module_ = torch::nn::GRU(torch::nn::GRUOptions(inputSize, hiddenSize).num_layers(numLayers).batch_first(true));
    });
  }

  // forward(x (B, T, I), h0 (L, B, H)?): [output (B, T, H), hidden (L, B, H)]
  Napi::Value forward(const Napi::CallbackInfo& info) {
    return toJs(info.Env(), Environment::of(info.Env()), run(info, true));
  }

  // lastHidden(x (B, T, I), h0 (L, B, H)?): hidden (L, B, H)
  Napi::Value lastHidden(const Napi::CallbackInfo& info) {
    return toJs(info.Env(), Environment::of(info.Env()), std::get<1>(run(info, false)));
  }

  // flattenParameters(): after they were given other memory, into one piece again, which cuDNN wants
  Napi::Value flattenParameters(const Napi::CallbackInfo& info) {
    module()->flatten_parameters();
    return info.Env().Undefined();
  }

 private:
  using Result = std::tuple<at::Tensor, at::Tensor>;

  Result run(const Napi::CallbackInfo& info, bool withOutput) {
    Environment& environment = Environment::of(info.Env());
    const at::Tensor input = environment.unwrap(info[0], "input");
    const at::Tensor hidden = isMissing(info[1]) ? at::Tensor() : environment.unwrap(info[1], "hidden");
    if (input.dim() != 3) throw shapeError("input", "[batch, time, features]", input);
    checkLastSize(input, module()->options.input_size(), "input");
    if (input.size(1) == 0) throw shapeError("input", "[batch, time, features] with at least one time step", input);
    if (hidden.defined()) checkHidden(hidden, input.size(0));
    const std::vector<at::Tensor> weights = module()->parameters();
    const bool isFused = !exact_ && kernels::isFusedGru(input, hidden, weights);
    return isFused ? runFused(input, hidden, weights, withOutput) : module()->forward(input, hidden);
  }

  static Result runFused(const at::Tensor& input, const at::Tensor& hidden, const std::vector<at::Tensor>& weights,
                         bool withOutput) {
    constexpr int64_t kWeightsOfALayer = 4;
    const int64_t layers = static_cast<int64_t>(weights.size()) / kWeightsOfALayer;
    at::Tensor sequence = input;
    std::vector<at::Tensor> lasts;
    for (int64_t layer = 0; layer < layers; layer++) {
      const auto first = weights.begin() + layer * kWeightsOfALayer;
      const at::Tensor initial = hidden.defined() ? hidden.select(0, layer) : hidden;
      const auto [output, last] = kernels::fusedGruLayer(sequence, initial, {first, first + kWeightsOfALayer},
                                                         withOutput || layer + 1 < layers);
      sequence = output;
      lasts.push_back(last);
    }
    return {sequence, layers == 1 ? lasts[0].unsqueeze(0) : at::stack(lasts)};
  }

  void checkHidden(const at::Tensor& hidden, int64_t batchSize) {
    const auto& options = module()->options;
    const std::vector<int64_t> expected{options.num_layers(), batchSize, options.hidden_size()};
    if (hidden.sizes() != expected) throw shapeError("hidden", shapeText(expected), hidden);
  }

  bool exact_ = false;
};

}  // namespace

void registerGru(Napi::Env env, Napi::Object exports) {
  GRU::define(env, exports,
              {{"forward", &GRU::method<&GRU::forward>},
               {"lastHidden", &GRU::method<&GRU::lastHidden>},
               {"parameters", &GRU::method<&GRU::parameters>},
               {"flattenParameters", &GRU::method<&GRU::flattenParameters>},
               {"dispose", &GRU::method<&GRU::dispose>}});
}
