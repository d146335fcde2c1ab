// A C++ class that JavaScript constructs. Methods check the receiver's type tag, so that a method borrowed for another
// object is refused and not run on the wrong memory.
#pragma once

#include <initializer_list>
#include <utility>

#include "environment.h"
#include "errors.h"

/** T has `static constexpr const char* kName` and `static constexpr napi_type_tag kTag`. */
template <class T>
class NativeClass : public Napi::ObjectWrap<T> {
 public:
  using Method = Napi::Value (*)(const Napi::CallbackInfo&);

  explicit NativeClass(const Napi::CallbackInfo& info) : Napi::ObjectWrap<T>(info) {
    info.This().As<Napi::Object>().TypeTag(&T::kTag);
  }

  static bool isInstance(Napi::Value value) {
    return value.IsObject() && value.As<Napi::Object>().CheckTypeTag(&T::kTag);
  }

  /** A member function as a method; what it throws in C++ becomes a coded JavaScript error. */
  template <auto member>
  static Napi::Value method(const Napi::CallbackInfo& info) {
    return guarded(info, T::kName, [&]() -> Napi::Value {
      if (!isInstance(info.This())) throw invalidArgument("this", std::string("a native ") + T::kName, info.This());
      return (T::Unwrap(info.This().As<Napi::Object>())->*member)(info);
    });
  }

  static void define(Napi::Env env, Napi::Object exports,
                     std::initializer_list<std::pair<const char*, Method>> methods) {
    const Napi::Function constructor = Napi::ObjectWrap<T>::DefineClass(env, T::kName, {});
    auto prototype = constructor.Get("prototype").As<Napi::Object>();
    for (const auto& [name, call] : methods) prototype.Set(name, Napi::Function::New(env, call, name));
    exports.Set(T::kName, constructor);
  }
};
