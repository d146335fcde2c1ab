// Tensors from and to typed arrays, what they are, and how they are freed.
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>

#include "convert.h"
#include "host_memory.h"
#include "register.h"

namespace {

at::ScalarType elementType(napi_typedarray_type type) {
  switch (type) {
    case napi_float32_array:
      return at::kFloat;
    case napi_float64_array:
      return at::kDouble;
    case napi_bigint64_array:
      return at::kLong;
    case napi_int32_array:
      return at::kInt;
    case napi_uint8_array:
      return at::kByte;
    default:
      throw CodedError("ERR_INVALID_ARGUMENT",
                       "Expected a Float32Array, Float64Array, BigInt64Array, Int32Array or "
                       "Uint8Array for data but received another typed array");
  }
}

// Through memcpy and not from_blob, since a typed array may start at any byte of its buffer.
Napi::Value copyFrom(Napi::Env env, const Elements& elements, at::ScalarType type, at::IntArrayRef shape) {
  at::Tensor tensor = at::empty(shape, at::TensorOptions(type));
  if (tensor.nbytes() > 0) std::memcpy(tensor.data_ptr(), elements.data, tensor.nbytes());
  return Environment::of(env).wrap(env, tensor);
}

/** How many elements a shape has; capped, so that no product of sizes overflows. */
uint64_t countOf(const std::vector<int64_t>& shape) {
  constexpr uint64_t kMost = uint64_t{1} << 53;
  uint64_t count = 1;
  for (const int64_t size : shape) {
    if (size < 0)
      throw CodedError("ERR_SHAPE", "Expected no negative size in shape but received " + std::to_string(size));
    count = size > 0 && count > kMost / size ? kMost : count * size;
  }
  return count;
}

void checkCount(const std::vector<int64_t>& shape, const char* unit, size_t size, size_t received) {
  const uint64_t expected = countOf(shape);
  if (expected * size == received) return;
  throw CodedError("ERR_SHAPE", "Expected " + std::to_string(expected * size) + " " + unit + " in data for shape " +
                                    shapeText(shape) + " but received " + std::to_string(received));
}

// fromTypedArray(data, shape = [data.length])
Napi::Value fromTypedArray(const Napi::CallbackInfo& info) {
  const std::vector<int64_t> shape = info[1].IsUndefined() ? std::vector<int64_t>() : integersFromJs(info[1], "shape");
  const Elements elements = elementsFromJs(info[0], "data");
  const at::ScalarType type = elementType(elements.type);
  if (info[1].IsUndefined()) return copyFrom(info.Env(), elements, type, {static_cast<int64_t>(elements.count)});
  checkCount(shape, "elements", 1, elements.count);
  return copyFrom(info.Env(), elements, type, shape);
}

// fromBytes(bytes, dtype, shape): the elements as they lie in memory, whatever their dtype
Napi::Value fromBytes(const Napi::CallbackInfo& info) {
  const at::ScalarType type = scalarTypeFromJs(info[1], "dtype");
  const std::vector<int64_t> shape = integersFromJs(info[2], "shape");
  const Elements elements = elementsFromJs(info[0], "bytes");
  checkCount(shape, "bytes", c10::elementSize(type), elements.count);
  return copyFrom(info.Env(), elements, type, shape);
}

template <class Array>
Napi::Value copyInto(Napi::Env env, const at::Tensor& tensor) {
  auto array = Array::New(env, tensor.numel());
  if (tensor.numel() > 0) std::memcpy(array.Data(), tensor.const_data_ptr(), tensor.nbytes());
  return array;
}

at::Tensor rowMajor(const Napi::CallbackInfo& info) {
  return Environment::of(info.Env()).unwrap(info[0], "tensor").detach().cpu().contiguous();
}

// toBytes(tensor): a copy of the elements in row-major order as they lie in memory
Napi::Value toBytes(const Napi::CallbackInfo& info) {
  const at::Tensor tensor = rowMajor(info);
  auto bytes = Napi::Uint8Array::New(info.Env(), tensor.nbytes());
  if (tensor.nbytes() > 0) std::memcpy(bytes.Data(), tensor.const_data_ptr(), tensor.nbytes());
  return bytes;
}

// toTypedArray(tensor): a copy, in row-major order; half precision widens to float32, booleans become bytes.
Napi::Value toTypedArray(const Napi::CallbackInfo& info) {
  const auto env = info.Env();
  const at::Tensor tensor = rowMajor(info);
  switch (tensor.scalar_type()) {
    case at::kDouble:
      return copyInto<Napi::Float64Array>(env, tensor);
    case at::kLong:
      return copyInto<Napi::BigInt64Array>(env, tensor);
    case at::kInt:
      return copyInto<Napi::Int32Array>(env, tensor);
    case at::kByte:
    case at::kBool:
      return copyInto<Napi::Uint8Array>(env, tensor);
    default:
      return copyInto<Napi::Float32Array>(env, tensor.to(at::kFloat));
  }
}

// item(tensor): the only element, as number or boolean; an int64 beyond 2^53 would lose digits and is refused.
Napi::Value item(const Napi::CallbackInfo& info) {
  const auto env = info.Env();
  const at::Tensor& tensor = Environment::of(env).unwrap(info[0], "tensor");
  if (tensor.numel() != 1) {
    throw CodedError("ERR_SHAPE", "Expected a Tensor of one element for item() but received " +
                                      std::to_string(tensor.numel()) + " elements");
  }
  const at::Scalar scalar = tensor.item();
  if (scalar.isBoolean()) return Napi::Boolean::New(env, scalar.toBool());
  if (scalar.isIntegral(false) && std::abs(static_cast<double>(scalar.toLong())) > 9007199254740991.0) {
    throw CodedError("ERR_INVALID_ARGUMENT", "item() cannot represent " + std::to_string(scalar.toLong()) +
                                                 " exactly as a number: use toArray()");
  }
  return Napi::Number::New(env, scalar.toDouble());
}

Napi::Value shape(const Napi::CallbackInfo& info) {
  const auto sizes = Environment::of(info.Env()).unwrap(info[0], "tensor").sizes();
  auto array = Napi::Array::New(info.Env(), sizes.size());
  for (uint32_t i = 0; i < sizes.size(); i++) array.Set(i, static_cast<double>(sizes[i]));
  return array;
}

Napi::Value numel(const Napi::CallbackInfo& info) {
  const int64_t count = Environment::of(info.Env()).unwrap(info[0], "tensor").numel();
  return Napi::Number::New(info.Env(), static_cast<double>(count));
}

Napi::Value dtype(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(),
                           scalarTypeName(Environment::of(info.Env()).unwrap(info[0], "tensor").scalar_type()));
}

Napi::Value device(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), Environment::of(info.Env()).unwrap(info[0], "tensor").device().str());
}

Napi::Value isContiguous(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), Environment::of(info.Env()).unwrap(info[0], "tensor").is_contiguous());
}

Napi::Value dispose(const Napi::CallbackInfo& info) {
  if (info[0].IsNumber()) Environment::of(info.Env()).tensors.dispose(info[0].As<Napi::Number>().Int64Value());
  return info.Env().Undefined();
}

Napi::Value isAlive(const Napi::CallbackInfo& info) {
  const bool alive =
      info[0].IsNumber() && Environment::of(info.Env()).tensors.isAlive(info[0].As<Napi::Number>().Int64Value());
  return Napi::Boolean::New(info.Env(), alive);
}

// moveTo(tensor, dtype?, device?): the same tensor with other memory, its gradient too, as torch.nn.Module.to moves
// parameters; whole numbers keep their dtype
Napi::Value moveTo(const Napi::CallbackInfo& info) {
  at::Tensor& tensor = Environment::of(info.Env()).unwrap(info[0], "tensor");
  const at::ScalarType dtype =
      isMissing(info[1]) || !tensor.is_floating_point() ? tensor.scalar_type() : scalarTypeFromJs(info[1], "dtype");
  const c10::Device device = isMissing(info[2]) ? tensor.device() : deviceFromJs(info[2], "device");
  const at::NoGradGuard noGrad;
  const at::Tensor gradient = tensor.grad();
  tensor.set_data(tensor.to(device, dtype));
  if (gradient.defined()) tensor.mutable_grad() = gradient.to(device, dtype);
  return info.Env().Undefined();
}

// versionOf(tensors): a text that is another one once any of them has other memory or was changed in place
Napi::Value versionOf(const Napi::CallbackInfo& info) {
  std::string version;
  for (const at::Tensor& tensor : tensorsFromJs(Environment::of(info.Env()), info[0], "tensors")) {
    const auto address = reinterpret_cast<uintptr_t>(tensor.const_data_ptr());
    version += std::to_string(address) + "." + std::to_string(tensor._version()) + " ";
  }
  return Napi::String::New(info.Env(), version);
}

Napi::Value openScope(const Napi::CallbackInfo& info) {
  Environment::of(info.Env()).tensors.openScope();
  return info.Env().Undefined();
}

// closeScope(kept: handle[])
Napi::Value closeScope(const Napi::CallbackInfo& info) {
  TensorTable& tensors = Environment::of(info.Env()).tensors;
  std::vector<Handle> kept;
  try {
    kept = integersFromJs(info[0], "kept");
  } catch (...) {  // a Proxy's, say
    tensors.closeScope({});
    throw;
  }
  tensors.closeScope(kept);
  return info.Env().Undefined();
}

Napi::Value keep(const Napi::CallbackInfo& info) {
  Environment::of(info.Env()).tensors.keep(integerFromJs(info[0], "tensor"));
  return info.Env().Undefined();
}

Napi::Value memory(const Napi::CallbackInfo& info) {
  const auto& tensors = Environment::of(info.Env()).tensors;
  auto counts = Napi::Object::New(info.Env());
  counts.Set("tensors", static_cast<double>(tensors.count()));
  counts.Set("bytes", static_cast<double>(tensors.bytes()));
  counts.Set("scopes", static_cast<double>(tensors.scopeDepth()));
  counts.Set("cachedBytes", static_cast<double>(cachedBytes()));
  return counts;
}

Napi::Value emptyCacheOfBlocks(const Napi::CallbackInfo& info) {
  emptyCache();
  return info.Env().Undefined();
}

}  // namespace

void registerTensor(Napi::Env, Napi::Object exports) {
  exportFunction<fromTypedArray>(exports, "fromTypedArray");
  exportFunction<fromBytes>(exports, "fromBytes");
  exportFunction<toBytes>(exports, "toBytes");
  exportFunction<toTypedArray>(exports, "toTypedArray");
  exportFunction<item>(exports, "item");
  exportFunction<shape>(exports, "shape");
  exportFunction<numel>(exports, "numel");
  exportFunction<dtype>(exports, "dtype");
  exportFunction<device>(exports, "device");
  exportFunction<isContiguous>(exports, "isContiguous");
  exportFunction<dispose>(exports, "dispose");
  exportFunction<isAlive>(exports, "isAlive");
  exportFunction<moveTo>(exports, "moveTo");
  exportFunction<versionOf>(exports, "versionOf");
  exportFunction<openScope>(exports, "openScope");
  exportFunction<closeScope>(exports, "closeScope");
  exportFunction<keep>(exports, "keep");
  exportFunction<memory>(exports, "memory");
  exportFunction<emptyCacheOfBlocks>(exports, "emptyCache");
}
