#include "environment.h"

#include <ATen/CPUGeneratorImpl.h>

#include <atomic>
#include <cmath>

#include "errors.h"

namespace {

constexpr int64_t kReportEveryBytes = 1 << 20;

// 1 to 511, so that no small number a caller passes by mistake looks like a handle.
uint32_t nextEnvironmentMark() {
  static std::atomic<uint32_t> environments{0};
  return environments++ % 511 + 1;
}

}  // namespace

Environment::Environment()
    : tensors(nextEnvironmentMark()),
      generator(at::make_generator<at::CPUGeneratorImpl>(c10::detail::getNonDeterministicRandom())) {}

Napi::Value Environment::wrap(Napi::Env env, at::Tensor tensor) {
  const Handle handle = tensors.add(std::move(tensor));
  if (std::abs(tensors.unreportedBytes()) > kReportEveryBytes) {
    Napi::MemoryManagement::AdjustExternalMemory(env, tensors.takeUnreportedBytes());
  }
  return Napi::Number::New(env, static_cast<double>(handle));
}

at::Tensor& Environment::unwrap(Napi::Value value, const std::string& argument) {
  if (value.IsNumber()) {
    if (at::Tensor* tensor = tensors.find(value.As<Napi::Number>().Int64Value())) return *tensor;
  }
  throw invalidArgument(argument, "a Tensor", value);
}
