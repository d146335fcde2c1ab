// Errors on their way to JavaScript: one exception type, one place where libtorch's become ours.
#pragma once

#include <stdexcept>
#include <string>

#include "napi_setup.h"

/** Becomes a LibtorchGenerativeError with this code. */
struct CodedError : std::runtime_error {
  CodedError(const char* code, const std::string& message) : std::runtime_error(message), code(code) {}
  const char* code;
};

/** How a value reads after "but received": a string, 5, an array, ... */
std::string describe(Napi::Value value);

/** "Expected WHAT for NAME but received VALUE" */
CodedError invalidArgument(const std::string& name, const std::string& expected, Napi::Value received);

/** Throws into JavaScript what the current C++ exception says; `where` names the op. Call it inside a catch block. */
void rethrowToJs(Napi::Env env, const char* where);

/** Runs `body` and turns whatever it throws into a JavaScript exception. */
template <class Body>
auto guarded(const Napi::CallbackInfo& info, const char* where, Body body) -> decltype(body()) {
  try {
    return body();
  } catch (const Napi::Error&) {
    throw;
  } catch (...) {
    rethrowToJs(info.Env(), where);
    throw;  // not reached
  }
}
