// The machine as libtorch sees it: threads, vector instructions, CUDA devices.
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <ATen/ops/_nnpack_available.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tanh.h>
#include <c10/util/Logging.h>

#include "convert.h"
#include "kernels/vectors/stand_ins.h"
#include "register.h"

namespace {

Napi::Value numThreads(const Napi::CallbackInfo& info) { return Napi::Number::New(info.Env(), at::get_num_threads()); }

// setNumThreads(n)
Napi::Value setNumThreads(const Napi::CallbackInfo& info) {
  const int64_t threads = integerFromJs(info[0], "numThreads");
  if (threads < 1 || threads > 4096) throw invalidArgument("numThreads", "an integer from 1 to 4096", info[0]);
  at::set_num_threads(static_cast<int>(threads));
  return info.Env().Undefined();
}

Napi::Value cpuCapability(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), at::get_cpu_capability());
}

// {NAME: {ours, differing, forgotten}}, of the calls on this thread
Napi::Value kernelCalls(const Napi::CallbackInfo& info) {
  const kernels::StandIns& counts = kernels::standIns();
  Napi::Object result = Napi::Object::New(info.Env());
  const auto add = [&](const char* name, const kernels::StandIn& calls) {
    Napi::Object object = Napi::Object::New(info.Env());
    object.Set("ours", static_cast<double>(calls.ours));
    object.Set("differing", static_cast<double>(calls.differing));
    object.Set("forgotten", static_cast<double>(calls.forgotten));
    result.Set(name, object);
  };
  add("adam", counts.adam);
  add("bce", counts.bce);
  add("mean", counts.mean);
  add("normal", counts.normal);
  add("product", counts.product);
  add("sigmoid", counts.sigmoid);
  add("tanh", counts.tanh);
  return result;
}

Napi::Value cudaIsBuilt(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), at::hasCUDA() || at::detail::getCUDAHooks().hasCUDART());
}

Napi::Value cudaDeviceCount(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), ::cudaDeviceCount());
}

/**
 * MKL picks its functions for the CPU when it is first called, and who calls it from another thread meanwhile gets
 * others, which round differently.
 */
void callMklOnce() {
  [[maybe_unused]] static const at::Tensor result = at::tanh(at::mm(at::ones({16, 16}), at::ones({16, 16})));
}

/** Where NNPACK can't run, libtorch would write a warning to stderr at each new size of a convolution. */
void disableNnpackIfUnavailable() {
  [[maybe_unused]] static const bool isAvailable = [] {
    const int level = FLAGS_caffe2_log_level;
    FLAGS_caffe2_log_level = c10::GLOG_ERROR;
    const bool available = at::_nnpack_available();
    FLAGS_caffe2_log_level = level;
    if (!available) at::globalContext().setUserEnabledNNPACK(false);
    return available;
  }();
}

/**
 * A thread begins with libtorch's own choice, and not with what another has set by then, which at::set_num_threads
 * would have it inherit.
 */
void beginWithDefaultThreads() {
  static const int chosen = at::get_num_threads();
  if (at::get_num_threads() != chosen) at::set_num_threads(chosen);
}

}  // namespace

void registerRuntime(Napi::Env, Napi::Object exports) {
  beginWithDefaultThreads();
  callMklOnce();
  disableNnpackIfUnavailable();
  exportFunction<numThreads>(exports, "numThreads");
  exportFunction<setNumThreads>(exports, "setNumThreads");
  exportFunction<cpuCapability>(exports, "cpuCapability");
  exportFunction<kernelCalls>(exports, "kernelCalls");
  exportFunction<cudaIsBuilt>(exports, "cudaIsBuilt");
  exportFunction<cudaDeviceCount>(exports, "cudaDeviceCount");
}
