#include <torch/nn/modules/rnn.h>

#include "../register.h"
#include "module.h"

namespace {

/** torch::nn::GRU with the batch first. */
class Gru : public ModuleWrap<Gru, torch::nn::GRU> {
 public:
  static constexpr const char* kName = "Gru";
  static constexpr napi_type_tag kTag = {0x6c746767656e2d31, 0x477275};

  // new Gru(inputSize, hiddenSize, numLayers)
  explicit Gru(const Napi::CallbackInfo& info) : ModuleWrap(info) {
    guarded(info, kName, [&] {
      const int64_t inputSize = integerFromJs(info[0], "inputSize");
      const int64_t hiddenSize = integerFromJs(info[1], "hiddenSize");
      const int64_t numLayers = integerFromJs(info[2], "numLayers");
      const AsDefaultGenerator guard(Environment::of(info.Env()));
      module_ = torch::nn::GRU(torch::nn::GRUOptions(inputSize, hiddenSize).num_layers(numLayers).batch_first(true));
    });
  }

  // forward(x (B, T, I), h0 (L, B, H)?): [output (B, T, H), hidden (L, B, H)]
  Napi::Value forward(const Napi::CallbackInfo& info) {
    Environment& environment = Environment::of(info.Env());
    const at::Tensor input = environment.unwrap(info[0], "input");
    const at::Tensor hidden = isMissing(info[1]) ? at::Tensor() : environment.unwrap(info[1], "hidden");
    if (input.dim() != 3) throw shapeError("input", "(batch, time, features)", input);
    checkLastSize(input, module()->options.input_size(), "input");
    if (input.size(1) == 0) throw shapeError("input", "(batch, time, features) with at least one time step", input);
    if (hidden.defined()) checkHidden(hidden, input.size(0));
    return toJs(info.Env(), environment, module()->forward(input, hidden));
  }

 private:
  void checkHidden(const at::Tensor& hidden, int64_t batchSize) {
    const auto& options = module()->options;
    const std::vector<int64_t> expected{options.num_layers(), batchSize, options.hidden_size()};
    if (hidden.sizes() != expected) throw shapeError("hidden", shapeText(expected), hidden);
  }
};

}  // namespace

void registerGru(Napi::Env env, Napi::Object exports) {
  Gru::define(env, exports,
              {{"forward", &Gru::method<&Gru::forward>},
               {"parameters", &Gru::method<&Gru::parameters>},
               {"to", &Gru::method<&Gru::to>},
               {"dispose", &Gru::method<&Gru::dispose>}});
}
