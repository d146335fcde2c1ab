// What every wrapped torch::nn module shares: parameters by name.
#pragma once

#include "../convert.h"
#include "../native_class.h"
#include "../random.h"

template <class Wrapper, class Holder>
class ModuleWrap : public NativeClass<Wrapper> {
 public:
  using NativeClass<Wrapper>::NativeClass;

  // parameters(): { name: handle }, in PyTorch's order
  Napi::Value parameters(const Napi::CallbackInfo& info) {
    Environment& environment = Environment::of(info.Env());
    auto byName = Napi::Object::New(info.Env());
    for (const auto& parameter : module()->named_parameters()) {
      byName.Set(parameter.key(), environment.wrap(info.Env(), parameter.value()));
    }
    return byName;
  }

  Napi::Value dispose(const Napi::CallbackInfo& info) {
    module_ = Holder{nullptr};
    return info.Env().Undefined();
  }

 protected:
  Holder& module() {
    if (module_.is_empty()) throw CodedError("ERR_DISPOSED", std::string("The ") + Wrapper::kName + " was disposed of");
    return module_;
  }

  Holder module_{nullptr};
};
