#include "convert.h"

#include <ATen/Context.h>
#include <ATen/detail/CUDAHooksInterface.h>

#include <algorithm>
#include <array>
#include <utility>

namespace {

constexpr double kMaxSafeInteger = 9007199254740991.0;

constexpr std::array<std::pair<const char*, at::ScalarType>, 8> kScalarTypes{{
    {"float32", at::kFloat},
    {"float64", at::kDouble},
    {"int64", at::kLong},
    {"int32", at::kInt},
    {"uint8", at::kByte},
    {"bool", at::kBool},
    {"float16", at::kHalf},
    {"bfloat16", at::kBFloat16},
}};

}  // namespace

at::ScalarType scalarTypeFromJs(Napi::Value value, const std::string& argument) {
  if (value.IsString()) {
    const std::string given = value.As<Napi::String>();
    for (const auto& [name, type] : kScalarTypes) {
      if (given == name) return type;
    }
    throw CodedError("ERR_INVALID_ARGUMENT",
                     "Expected a dtype (float32, float64, int64, int32, uint8, bool, float16 or "
                     "bfloat16) for " +
                         argument + " but received \"" + given + "\"");
  }
  throw invalidArgument(argument, "a dtype", value);
}

const char* scalarTypeName(at::ScalarType type) {
  for (const auto& [name, scalarType] : kScalarTypes) {
    if (type == scalarType) return name;
  }
  return c10::toString(type);
}

c10::Device deviceFromJs(Napi::Value value, const std::string& argument) {
  const std::string known = "\"auto\", \"cpu\", \"cuda\" or \"cuda:N\"";
  if (!value.IsString()) throw CodedError("ERR_DEVICE", invalidArgument(argument, known, value).what());
  const std::string given = value.As<Napi::String>();
  if (given == "auto") return cudaDeviceCount() > 0 ? c10::Device(c10::kCUDA, 0) : c10::Device(c10::kCPU);
  std::optional<c10::Device> device;
  try {
    device = c10::Device(given);
  } catch (const c10::Error&) {
  }
  if (!device || !(device->is_cpu() || device->is_cuda())) {
    throw CodedError("ERR_DEVICE", "Expected " + known + " for " + argument + " but received \"" + given + "\"");
  }
  if (device->is_cuda() && std::max<int>(device->index(), 0) >= cudaDeviceCount()) {
    throw CodedError("ERR_DEVICE", "Device " + given + " is not available: libtorch finds " +
                                       std::to_string(cudaDeviceCount()) + " CUDA devices");
  }
  return *device;
}

int cudaDeviceCount() { return at::hasCUDA() ? static_cast<int>(at::detail::getCUDAHooks().deviceCount()) : 0; }

double numberFromJs(Napi::Value value, const std::string& argument) {
  if (!value.IsNumber()) throw invalidArgument(argument, "a number", value);
  return value.As<Napi::Number>().DoubleValue();
}

int64_t integerFromJs(Napi::Value value, const std::string& argument) {
  if (!value.IsNumber()) throw invalidArgument(argument, "an integer", value);
  const double number = value.As<Napi::Number>().DoubleValue();
  if (std::trunc(number) != number || std::abs(number) > kMaxSafeInteger) {
    throw invalidArgument(argument, "an integer", value);
  }
  return static_cast<int64_t>(number);
}

bool booleanFromJs(Napi::Value value, const std::string& argument) {
  if (!value.IsBoolean()) throw invalidArgument(argument, "a boolean", value);
  return value.As<Napi::Boolean>().Value();
}

namespace {

/** An element of a caller's array, which may have a getter that throws. */
Napi::Value elementOf(const Napi::Array& array, uint32_t index, const std::string& argument) {
  try {
    return array.Get(index);
  } catch (const Napi::Error&) {
    throw CodedError("ERR_INVALID_ARGUMENT",
                     "Expected an array for " + argument + " but received one whose elements cannot be read");
  }
}

/** Grows with the elements read, so that an array of holes takes no memory, whatever its length. */
template <class T, class Read>
std::vector<T> listFromJs(Napi::Value value, const std::string& argument, const char* expected, const Read& read) {
  if (!value.IsArray()) throw invalidArgument(argument, expected, value);
  const auto array = value.As<Napi::Array>();
  std::vector<T> list;
  for (uint32_t i = 0; i < array.Length(); i++) {
    list.push_back(read(elementOf(array, i, argument), argument + "[" + std::to_string(i) + "]"));
  }
  return list;
}

}  // namespace

std::vector<int64_t> integersFromJs(Napi::Value value, const std::string& argument) {
  return listFromJs<int64_t>(value, argument, "an array of integers", integerFromJs);
}

std::vector<at::Tensor> tensorsFromJs(Environment& environment, Napi::Value value, const std::string& argument) {
  return listFromJs<at::Tensor>(
      value, argument, "an array of Tensors",
      [&](Napi::Value element, const std::string& name) { return environment.unwrap(element, name); });
}

Elements elementsFromJs(Napi::Value value, const std::string& argument) {
  if (!value.IsTypedArray()) throw invalidArgument(argument, "a typed array", value);
  Elements elements;
  void* data = nullptr;
  napi_value buffer = nullptr;
  bool isDetached = false;
  napi_get_typedarray_info(value.Env(), value, &elements.type, &elements.count, &data, &buffer, nullptr);
  napi_is_detached_arraybuffer(value.Env(), buffer, &isDetached);
  if (isDetached) {
    throw CodedError("ERR_INVALID_ARGUMENT", "Expected a typed array for " + argument +
                                                 " but received one whose buffer was transferred or detached");
  }
  elements.data = data;
  return elements;
}

std::string shapeText(at::IntArrayRef shape) {
  std::string text = "[";
  for (const int64_t size : shape) text += (text.size() > 1 ? ", " : "") + std::to_string(size);
  return text + "]";
}

CodedError shapeError(const std::string& argument, const std::string& expected, const at::Tensor& tensor) {
  return {"ERR_SHAPE",
          "Expected a Tensor of shape " + expected + " for " + argument + " but received " + shapeText(tensor.sizes())};
}

void checkLastSize(const at::Tensor& tensor, int64_t expected, const std::string& argument) {
  if (tensor.dim() == 0 || tensor.size(-1) != expected) {
    throw shapeError(argument, "[..., " + std::to_string(expected) + "]", tensor);
  }
}
