#include <ATen/ops/empty_like.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include "../convert.h"
#include "../kernels/elementwise/adam.h"
#include "../native_class.h"
#include "../register.h"

namespace {

double optionFromJs(const Napi::Object& options, const char* name) { return numberFromJs(options.Get(name), name); }

/** Adam as torch.optim.Adam(fused=True). */
class Adam : public NativeClass<Adam> {
 public:
  static constexpr const char* kName = "Adam";
  static constexpr napi_type_tag kTag = {0x6c746767656e2d31, 0x4164616d};

  // new Adam(parameters, { lr, beta1, beta2, eps, weightDecay })
  explicit Adam(const Napi::CallbackInfo& info) : NativeClass(info) {
    guarded(info, kName, [&] {
      parameters_ = tensorsFromJs(Environment::of(info.Env()), info[0], "parameters");
      if (!info[1].IsObject()) throw invalidArgument("options", "an object", info[1]);
      const auto options = info[1].As<Napi::Object>();
      options_ = {optionFromJs(options, "lr"), optionFromJs(options, "beta1"), optionFromJs(options, "beta2"),
                  optionFromJs(options, "eps"), optionFromJs(options, "weightDecay")};
      for (const at::Tensor& parameter : parameters_) {
        expAvgs_.push_back(at::zeros_like(parameter));
        expAvgSqs_.push_back(at::zeros_like(parameter));
        steps_.push_back(at::zeros({}, parameter.options().dtype(at::kFloat).requires_grad(false)));
      }
    });
  }

  // step(gradients?): with the given gradients, one a parameter, or those that backward() left; without one it stays
  Napi::Value step(const Napi::CallbackInfo& info) {
    requireAlive();
    std::vector<at::Tensor> given;
    if (!isMissing(info[0])) given = gradientsFromJs(info);
    std::vector<kernels::AdamParameter> updated;
    for (size_t i = 0; i < parameters_.size(); i++) {
      const at::Tensor gradient = given.empty() ? parameters_[i].grad() : given[i];
      if (gradient.defined()) updated.push_back({parameters_[i], gradient, expAvgs_[i], expAvgSqs_[i], steps_[i]});
    }
    kernels::adamStep(updated, options_);
    return info.Env().Undefined();
  }

  Napi::Value zeroGrad(const Napi::CallbackInfo& info) {
    requireAlive();
    for (at::Tensor& parameter : parameters_) parameter.mutable_grad() = at::Tensor();
    return info.Env().Undefined();
  }

  // state(): { step, expAvg, expAvgSq }, handles onto the optimizer's own tensors, one a parameter
  Napi::Value state(const Napi::CallbackInfo& info) {
    requireAlive();
    Environment& environment = Environment::of(info.Env());
    auto state = Napi::Object::New(info.Env());
    state.Set("step", toJs(info.Env(), environment, steps_));
    state.Set("expAvg", toJs(info.Env(), environment, expAvgs_));
    state.Set("expAvgSq", toJs(info.Env(), environment, expAvgSqs_));
    return state;
  }

  // setLearningRate(lr)
  Napi::Value setLearningRate(const Napi::CallbackInfo& info) {
    options_.lr = numberFromJs(info[0], "lr");
    return info.Env().Undefined();
  }

  Napi::Value dispose(const Napi::CallbackInfo& info) {
    for (auto* tensors : {&parameters_, &expAvgs_, &expAvgSqs_, &steps_}) tensors->clear();
    return info.Env().Undefined();
  }

 private:
  // An optimizer has at least one parameter until it is disposed of.
  void requireAlive() const {
    if (parameters_.empty()) throw CodedError("ERR_DISPOSED", "The Adam was disposed of");
  }

  std::vector<at::Tensor> gradientsFromJs(const Napi::CallbackInfo& info) {
    auto gradients = tensorsFromJs(Environment::of(info.Env()), info[0], "gradients");
    if (gradients.size() != parameters_.size()) {
      throw CodedError("ERR_INVALID_ARGUMENT", "Expected " + std::to_string(parameters_.size()) +
                                                   " Tensors for gradients but received " +
                                                   std::to_string(gradients.size()));
    }
    for (size_t i = 0; i < gradients.size(); i++) gradients[i] = asParameter(i, gradients[i]);
    return gradients;
  }

  // The kernel reads a gradient as if it lay in memory as its parameter does, which only backward() sees to.
  at::Tensor asParameter(size_t i, const at::Tensor& gradient) const {
    const at::Tensor& parameter = parameters_[i];
    if (gradient.sizes() != parameter.sizes()) {
      throw shapeError("gradients[" + std::to_string(i) + "]", shapeText(parameter.sizes()), gradient);
    }
    if (gradient.strides() == parameter.strides()) return gradient;
    return at::empty_like(parameter).copy_(gradient);
  }

  kernels::AdamOptions options_;
  std::vector<at::Tensor> parameters_, expAvgs_, expAvgSqs_, steps_;
};

}  // namespace

void registerAdam(Napi::Env env, Napi::Object exports) {
  Adam::define(env, exports,
               {{"step", &Adam::method<&Adam::step>},
                {"zeroGrad", &Adam::method<&Adam::zeroGrad>},
                {"state", &Adam::method<&Adam::state>},
                {"setLearningRate", &Adam::method<&Adam::setLearningRate>},
                {"dispose", &Adam::method<&Adam::dispose>}});
}
