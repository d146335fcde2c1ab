// What each file adds to the add-on's exports.
#pragma once

#include "errors.h"

void registerOps(Napi::Env env, Napi::Object exports);
void registerTensor(Napi::Env env, Napi::Object exports);
void registerAutograd(Napi::Env env, Napi::Object exports);
void registerBatch(Napi::Env env, Napi::Object exports);
void registerRandom(Napi::Env env, Napi::Object exports);
void registerRuntime(Napi::Env env, Napi::Object exports);
void registerLinear(Napi::Env env, Napi::Object exports);
void registerGru(Napi::Env env, Napi::Object exports);
void registerMdnRnn(Napi::Env env, Napi::Object exports);
void registerMixture(Napi::Env env, Napi::Object exports);
void registerBce(Napi::Env env, Napi::Object exports);
void registerAdam(Napi::Env env, Napi::Object exports);

using Function = Napi::Value (*)(const Napi::CallbackInfo&);

/** Exports a function; what it throws in C++ becomes a coded JavaScript error. */
template <Function body>
void exportFunction(Napi::Object exports, const char* name) {
  exports.Set(name, Napi::Function::New(
                        exports.Env(),
                        [](const Napi::CallbackInfo& info) -> Napi::Value {
                          return guarded(info, "libtorch", [&] { return body(info); });
                        },
                        name));
}
