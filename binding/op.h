// One template turns an operator of libtorch into a Node function: Op<at::_ops::leaky_relu>("leakyRelu").
// Include ATen/ops/X_ops.h for it, never torch/torch.h, which takes minutes to compile.
#pragma once

#include <utility>

#include "convert.h"
#include "op_schema.h"

struct OpEntry {
  const char* name;
  const char* schema;
  Napi::Value (*call)(const Napi::CallbackInfo&);
};

template <class AtenOp, class Signature = typename AtenOp::schema>
struct OpCall;

template <class AtenOp, class Result, class... Arguments>
struct OpCall<AtenOp, Result(Arguments...)> {
  static Napi::Value run(const Napi::CallbackInfo& info) {
    return guarded(info, AtenOp::name, [&] { return convertAndCall(info, std::index_sequence_for<Arguments...>{}); });
  }

 private:
  template <size_t... I>
  static Napi::Value convertAndCall(const Napi::CallbackInfo& info, std::index_sequence<I...>) {
    static const OpSchema schema(AtenOp::schema_str);
    Environment& environment = Environment::of(info.Env());
    // Braces, so that arguments are read from left to right.
    std::tuple<FromJs<Arguments>...> in{FromJs<Arguments>(Incoming{environment, info[I], schema.arguments[I]})...};
    if constexpr (std::is_same_v<Result, void>) {
      AtenOp::call(std::get<I>(in).get()...);
      return info.Env().Undefined();
    } else if constexpr (std::is_same_v<Result, at::Tensor&>) {
      AtenOp::call(std::get<I>(in).get()...);
      return info[0];  // in place: the handle that came in
    } else {
      return toJs(info.Env(), environment, AtenOp::call(std::get<I>(in).get()...));
    }
  }
};

template <class AtenOp>
constexpr OpEntry Op(const char* name) {
  return {name, AtenOp::schema_str, &OpCall<AtenOp>::run};
}
