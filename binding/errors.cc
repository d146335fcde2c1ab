#include "errors.h"

#include <c10/util/Exception.h>

#include <cstdio>
#include <cstdlib>

#include "environment.h"

std::string describe(Napi::Value value) {
  switch (value.Type()) {
    case napi_string:
      return "a string";
    case napi_function:
      return "a function";
    case napi_symbol:
      return "a symbol";
    case napi_bigint:
      return "a bigint";
    case napi_object:
      return value.IsArray() ? "an array" : value.IsTypedArray() ? "a typed array" : "an object";
    default:
      return value.ToString().Utf8Value();  // undefined, null, booleans and numbers
  }
}

CodedError invalidArgument(const std::string& name, const std::string& expected, Napi::Value received) {
  return {"ERR_INVALID_ARGUMENT", "Expected " + expected + " for " + name + " but received " + describe(received)};
}

namespace {

[[noreturn]] void throwCoded(Napi::Env env, const char* code, const std::string& message) {
  const auto& makeError = Environment::of(env).makeError;
  if (makeError.IsEmpty()) throw Napi::Error::New(env, message);
  auto error = makeError.Call({Napi::String::New(env, code), Napi::String::New(env, message)});
  throw Napi::Error(env, error);
}

// libtorch's checks end in notes for C++ readers; the first line says what was wrong. Its allocator's begins with them.
std::string summary(const c10::Error& error) {
  const std::string what = error.what_without_backtrace();
  const std::string allocation = "you tried to allocate ";
  const size_t found = what.find(allocation);
  if (found != std::string::npos) {
    char size[32];
    std::snprintf(size, sizeof size, "%.1f GiB",
                  std::strtod(what.c_str() + found + allocation.size(), nullptr) / (1 << 30));
    return std::string("not enough memory for another ") + size + "; a smaller model or batch needs less";
  }
  return what.substr(0, what.find("\nException raised from"));
}

}  // namespace

void rethrowToJs(Napi::Env env, const char* where) {
  try {
    throw;
  } catch (const CodedError& error) {
    throwCoded(env, error.code, error.what());
  } catch (const c10::OutOfMemoryError& error) {
    throwCoded(env, "ERR_LIBTORCH", std::string(where) + ": out of memory: " + summary(error));
  } catch (const c10::Error& error) {
    throwCoded(env, "ERR_LIBTORCH", std::string(where) + ": " + summary(error));
  } catch (const std::exception& error) {
    throwCoded(env, "ERR_LIBTORCH", std::string(where) + ": " + error.what());
  }
}
