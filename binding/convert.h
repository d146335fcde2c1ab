// The only place where types cross between JavaScript and libtorch.
// FromJs<T> reads one argument and owns what the call needs of it (list storage) until the call is over.
#pragma once

#include <ATen/core/IListRef.h>
#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>
#include <c10/core/Layout.h>
#include <c10/core/Scalar.h>
#include <c10/core/ScalarType.h>
#include <c10/core/SymInt.h>
#include <c10/core/SymIntArrayRef.h>
#include <c10/util/OptionalArrayRef.h>

#include <cmath>
#include <optional>
#include <string_view>
#include <tuple>
#include <vector>

#include "environment.h"
#include "errors.h"
#include "op_schema.h"

at::ScalarType scalarTypeFromJs(Napi::Value value, const std::string& argument);
const char* scalarTypeName(at::ScalarType type);
/** "cpu", a CUDA device that is there, or "auto": the first CUDA device where there is one, else the CPU. */
c10::Device deviceFromJs(Napi::Value value, const std::string& argument);
/** 0 for a libtorch without CUDA. */
int cudaDeviceCount();
int64_t integerFromJs(Napi::Value value, const std::string& argument);
double numberFromJs(Napi::Value value, const std::string& argument);
bool booleanFromJs(Napi::Value value, const std::string& argument);
std::vector<int64_t> integersFromJs(Napi::Value value, const std::string& argument);
std::vector<at::Tensor> tensorsFromJs(Environment& environment, Napi::Value value, const std::string& argument);

/** What a typed array is, whatever its own properties say; its memory may be shared between threads. */
struct Elements {
  napi_typedarray_type type = napi_int8_array;
  size_t count = 0;
  const void* data = nullptr;
};
Elements elementsFromJs(Napi::Value value, const std::string& argument);

/** "[8, 3]" */
std::string shapeText(at::IntArrayRef shape);
/** "Expected a Tensor of shape WHAT for NAME but received [8, 3]" */
CodedError shapeError(const std::string& argument, const std::string& expected, const at::Tensor& tensor);
/** Throws unless the last dimension has the expected size. */
void checkLastSize(const at::Tensor& tensor, int64_t expected, const std::string& argument);

inline bool isMissing(Napi::Value value) { return value.IsUndefined() || value.IsNull(); }

/** One argument on its way in. */
struct Incoming {
  Environment& environment;
  Napi::Value value;
  const Argument& argument;

  /** True if the schema's default stands in for the argument. */
  bool usesDefault() const { return value.IsUndefined() && argument.hasDefault; }
};

template <class T>
struct FromJs;

template <>
struct FromJs<const at::Tensor&> {
  explicit FromJs(const Incoming& in) : tensor(in.environment.unwrap(in.value, in.argument.name)) {}
  const at::Tensor& get() const { return tensor; }
  at::Tensor tensor;
};

template <>
struct FromJs<at::Tensor&> : FromJs<const at::Tensor&> {
  using FromJs<const at::Tensor&>::FromJs;
  at::Tensor& get() { return tensor; }
};

template <>
struct FromJs<const std::optional<at::Tensor>&> {
  explicit FromJs(const Incoming& in) {
    if (!isMissing(in.value)) tensor = in.environment.unwrap(in.value, in.argument.name);
  }
  const std::optional<at::Tensor>& get() const { return tensor; }
  std::optional<at::Tensor> tensor;
};

template <>
struct FromJs<at::TensorList> {
  explicit FromJs(const Incoming& in) : tensors(tensorsFromJs(in.environment, in.value, in.argument.name)) {}
  at::TensorList get() const { return tensors; }
  std::vector<at::Tensor> tensors;
};

template <>
struct FromJs<const at::ITensorListRef&> : FromJs<at::TensorList> {
  explicit FromJs(const Incoming& in) : FromJs<at::TensorList>(in), list(tensors) {}
  const at::ITensorListRef& get() const { return list; }
  at::ITensorListRef list;
};

template <>
struct FromJs<int64_t> {
  explicit FromJs(const Incoming& in)
      : number(in.usesDefault() ? static_cast<int64_t>(in.argument.defaultNumber.value())
                                : integerFromJs(in.value, in.argument.name)) {}
  int64_t get() const { return number; }
  int64_t number;
};

template <>
struct FromJs<c10::SymInt> : FromJs<int64_t> {
  using FromJs<int64_t>::FromJs;
  c10::SymInt get() const { return number; }
};

template <>
struct FromJs<double> {
  explicit FromJs(const Incoming& in)
      : number(in.usesDefault() ? in.argument.defaultNumber.value() : numberFromJs(in.value, in.argument.name)) {}
  double get() const { return number; }
  double number;
};

template <>
struct FromJs<bool> {
  explicit FromJs(const Incoming& in)
      : flag(in.usesDefault() ? in.argument.defaultNumber.value() != 0 : booleanFromJs(in.value, in.argument.name)) {}
  bool get() const { return flag; }
  bool flag;
};

template <>
struct FromJs<const at::Scalar&> {
  explicit FromJs(const Incoming& in)
      : scalar(toScalar(in.usesDefault() ? in.argument.defaultNumber.value()
                                         : numberFromJs(in.value, in.argument.name))) {}
  const at::Scalar& get() const { return scalar; }
  // JavaScript has one number type: a whole number stays an integer, so that an int64 tensor plus 1 is int64.
  static at::Scalar toScalar(double number) {
    const bool whole = std::trunc(number) == number && std::abs(number) <= 9007199254740991.0;
    return whole && !(number == 0 && std::signbit(number)) ? at::Scalar(static_cast<int64_t>(number))
                                                           : at::Scalar(number);
  }
  at::Scalar scalar;
};

template <>
struct FromJs<c10::SymIntArrayRef> {
  explicit FromJs(const Incoming& in) {
    for (const int64_t number : integersFromJs(in.value, in.argument.name)) numbers.emplace_back(number);
  }
  c10::SymIntArrayRef get() const { return numbers; }
  std::vector<c10::SymInt> numbers;
};

template <>
struct FromJs<at::IntArrayRef> {
  explicit FromJs(const Incoming& in) {
    if (!in.usesDefault()) numbers = integersFromJs(in.value, in.argument.name);
  }
  at::IntArrayRef get() const { return numbers; }
  std::vector<int64_t> numbers;
};

template <>
struct FromJs<at::OptionalIntArrayRef> {
  explicit FromJs(const Incoming& in) {
    if (!isMissing(in.value)) numbers = integersFromJs(in.value, in.argument.name);
  }
  at::OptionalIntArrayRef get() const {
    return numbers ? at::OptionalIntArrayRef(at::IntArrayRef(*numbers)) : at::OptionalIntArrayRef();
  }
  std::optional<std::vector<int64_t>> numbers;
};

/** An argument that may be left out: undefined and null are None. */
template <class T>
struct FromJs<std::optional<T>> {
  explicit FromJs(const Incoming& in) {
    if (!isMissing(in.value)) value.emplace(FromJs<T>(in).get());
  }
  std::optional<T> get() const { return value; }
  std::optional<T> value;
};

template <class T>
struct FromJs<const std::optional<T>&> : FromJs<std::optional<T>> {
  using FromJs<std::optional<T>>::FromJs;
};

template <>
struct FromJs<at::Scalar> : FromJs<const at::Scalar&> {
  using FromJs<const at::Scalar&>::FromJs;
};

template <>
struct FromJs<at::ScalarType> {
  explicit FromJs(const Incoming& in) : type(scalarTypeFromJs(in.value, in.argument.name)) {}
  at::ScalarType get() const { return type; }
  at::ScalarType type;
};

template <>
struct FromJs<at::Device> {
  explicit FromJs(const Incoming& in) : device(deviceFromJs(in.value, in.argument.name)) {}
  at::Device get() const { return device; }
  at::Device device;
};

/** Tensors here are strided and row-major: the choice of another layout is not offered. */
template <class T, T only>
struct NoChoice {
  explicit NoChoice(const Incoming& in) {
    if (!isMissing(in.value)) throw invalidArgument(in.argument.name, "undefined", in.value);
  }
  T get() const { return only; }
};

template <>
struct FromJs<at::MemoryFormat> : NoChoice<at::MemoryFormat, at::MemoryFormat::Contiguous> {
  using NoChoice::NoChoice;
};

template <>
struct FromJs<at::Layout> : NoChoice<at::Layout, at::kStrided> {
  using NoChoice::NoChoice;
};

/** The only text so far is UPLO, the triangle that a symmetric matrix is read from. */
template <>
struct FromJs<std::string_view> {
  explicit FromJs(const Incoming& in) {
    if (!isMissing(in.value)) throw invalidArgument(in.argument.name, "undefined", in.value);
  }
  std::string_view get() const { return "L"; }
};

/** Results on their way out. */
inline Napi::Value toJs(Napi::Env env, Environment& environment, at::Tensor tensor) {
  return environment.wrap(env, std::move(tensor));
}
inline Napi::Value toJs(Napi::Env env, Environment&, bool flag) { return Napi::Boolean::New(env, flag); }
inline Napi::Value toJs(Napi::Env env, Environment& environment, const std::vector<at::Tensor>& tensors) {
  auto array = Napi::Array::New(env, tensors.size());
  for (uint32_t i = 0; i < tensors.size(); i++) array.Set(i, environment.wrap(env, tensors[i]));
  return array;
}
template <class... Tensors>
Napi::Value toJs(Napi::Env env, Environment& environment, const std::tuple<Tensors...>& tensors) {
  return std::apply([&](const auto&... each) { return toJs(env, environment, std::vector<at::Tensor>{each...}); },
                    tensors);
}
