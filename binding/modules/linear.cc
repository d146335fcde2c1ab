#include <torch/nn/modules/linear.h>

#include "../kernels/products/linear_chain.h"
#include "../kernels/products/product_order.h"
#include "../register.h"
#include "module.h"

namespace {

using kernels::Activation;
using kernels::LinearLayer;

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
    return environment.wrap(info.Env(), kernels::linearChain(input, {layer({})}));
  }

  LinearLayer layer(Activation activation) { return {module()->weight, module()->bias, activation}; }
};

Activation::Kind activationFromJs(Napi::Value value) {
  using Kind = Activation::Kind;
  constexpr std::pair<const char*, Kind> kNames[] = {{"none", Kind::none},
                                                     {"relu", Kind::relu},
                                                     {"leakyRelu", Kind::leakyRelu},
                                                     {"tanh", Kind::tanh},
                                                     {"sigmoid", Kind::sigmoid}};
  for (const auto& [name, kind] : kNames) {
    if (value.IsString() && value.As<Napi::String>().Utf8Value() == name) return kind;
  }
  throw invalidArgument("activation", "none, relu, leakyRelu, tanh or sigmoid", value);
}

/** Linear layers and activations one after another, as one operator. */
class LinearChain : public NativeClass<LinearChain> {
 public:
  static constexpr const char* kName = "LinearChain";
  static constexpr napi_type_tag kTag = {0x6c746767656e2d31, 0x4c6e436861696e};

  // new LinearChain([{ linear, activation, slope }, ...])
  explicit LinearChain(const Napi::CallbackInfo& info) : NativeClass(info) {
    guarded(info, kName, [&] {
      if (!info[0].IsArray()) throw invalidArgument("links", "an array", info[0]);
      const auto links = info[0].As<Napi::Array>();
      for (uint32_t i = 0; i < links.Length(); i++) {
        const Napi::Value value = links[i];
        if (!value.IsObject()) throw invalidArgument("links", "objects", value);
        const auto link = value.As<Napi::Object>();
        const Napi::Value linear = link.Get("linear");
        if (!Linear::isInstance(linear)) throw invalidArgument("linear", "a native Linear", linear);
        const Activation activation{activationFromJs(link.Get("activation")), numberFromJs(link.Get("slope"), "slope")};
        links_.push_back({Napi::Persistent(linear.As<Napi::Object>()), activation});
      }
    });
  }

  // forward(x (..., inFeatures)): (..., outFeatures)
  Napi::Value forward(const Napi::CallbackInfo& info) {
    Environment& environment = Environment::of(info.Env());
    const at::Tensor input = environment.unwrap(info[0], "input");
    const std::vector<LinearLayer> layers = layersFor(input);
    return environment.wrap(info.Env(), kernels::linearChain(input, layers));
  }

 private:
  std::vector<LinearLayer> layersFor(const at::Tensor& input) {
    std::vector<LinearLayer> layers;
    for (const Link& link : links_) {
      layers.push_back(Linear::Unwrap(link.linear.Value())->layer(link.activation));
    }
    for (size_t i = 0; i < layers.size(); i++) {
      const int64_t inFeatures = layers[i].weight.size(1);
      if (i > 0 && layers[i - 1].weight.size(0) == inFeatures) continue;
      const std::vector<LinearLayer> before(layers.begin(), layers.begin() + static_cast<std::ptrdiff_t>(i));
      checkLastSize(kernels::linearChain(input, before), inFeatures, "input");
    }
    return layers;
  }

  struct Link {
    Napi::ObjectReference linear;
    Activation activation;
  };
  std::vector<Link> links_;
};

kernels::ProductOrder orderFromJs(Napi::Value value) {
  if (value.IsString()) {
    const std::string name = value.As<Napi::String>();
    if (name == "avx2") return kernels::GemvOrder::avx2;
    if (name == "avx512") return kernels::GemvOrder::avx512;
  }
  if (!value.IsArray()) throw invalidArgument("order", "an array, avx2 or avx512", value);
  const auto parts = value.As<Napi::Array>();
  kernels::SumOrder order;
  for (uint32_t i = 0; i < parts.Length(); i++) order.push_back(integersFromJs(parts[i], "order"));
  return order;
}

// orderedProduct(a, b, bias?, order: block depths of each part, or whose a vector's is), for tests
Napi::Value orderedProduct(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::of(info.Env());
  const at::Tensor a = environment.unwrap(info[0], "a"), b = environment.unwrap(info[1], "b");
  const at::Tensor bias = isMissing(info[2]) ? at::Tensor() : environment.unwrap(info[2], "bias");
  return environment.wrap(info.Env(), kernels::orderedProduct(a, b, bias, orderFromJs(info[3])));
}

}  // namespace

void registerLinear(Napi::Env env, Napi::Object exports) {
  Linear::define(env, exports,
                 {{"forward", &Linear::method<&Linear::forward>},
                  {"parameters", &Linear::method<&Linear::parameters>},
                  {"dispose", &Linear::method<&Linear::dispose>}});
  LinearChain::define(env, exports, {{"forward", &LinearChain::method<&LinearChain::forward>}});
  exportFunction<orderedProduct>(exports, "orderedProduct");
}
