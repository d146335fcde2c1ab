// The add-on's entry: per-environment data first, then what each file registers.
#include "environment.h"
#include "host_memory.h"
#include "register.h"

namespace {

// The TypeScript layer hands over how it makes its errors: (code, message) => Error.
Napi::Value setErrorFactory(const Napi::CallbackInfo& info) {
  if (!info[0].IsFunction()) throw invalidArgument("makeError", "a function", info[0]);
  Environment::of(info.Env()).makeError = Napi::Persistent(info[0].As<Napi::Function>());
  return info.Env().Undefined();
}

Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  cacheFreedTensors();
  env.SetInstanceData<Environment>(new Environment());
  exportFunction<setErrorFactory>(exports, "setErrorFactory");
  registerTensor(env, exports);
  registerAutograd(env, exports);
  registerBatch(env, exports);
  registerRandom(env, exports);
  registerRuntime(env, exports);
  registerOps(env, exports);
  registerLinear(env, exports);
  registerGru(env, exports);
  registerBce(env, exports);
  registerMixture(env, exports);
  registerMdnRnn(env, exports);
  registerAdam(env, exports);
  return exports;
}

}  // namespace

NODE_API_MODULE(libtorch_generative, initialize)
