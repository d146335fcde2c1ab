// The add-on that Node loads. It is not linked to libtorch: it loads a chosen one by absolute path, and then the
// library with everything else, whose needs are by then met by name (SONAME), whatever LD_LIBRARY_PATH says.
#define NAPI_VERSION 8
#include <dlfcn.h>
#include <node_api.h>

#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <string>
#include <vector>

#include "old_glibc.h"

USE_OLD_GLIBC(dlopen);
USE_OLD_GLIBC(dlsym);
USE_OLD_GLIBC(dlerror);

namespace {

napi_value Throw(napi_env env, const std::string& message) {
  napi_throw_error(env, nullptr, message.c_str());
  return nullptr;
}

napi_value ToJs(napi_env env, const std::string& text) {
  napi_value result = nullptr;
  napi_create_string_utf8(env, text.data(), text.size(), &result);
  return result;
}

// The first `count` arguments, strings; throws and gives none otherwise.
std::vector<std::string> Arguments(napi_env env, napi_callback_info info, size_t count) {
  std::vector<napi_value> arguments(count);
  napi_get_cb_info(env, info, &count, arguments.data(), nullptr, nullptr);
  std::vector<std::string> strings;
  for (napi_value argument : arguments) {
    size_t length = 0;
    if (napi_get_value_string_utf8(env, argument, nullptr, 0, &length) != napi_ok || length == 0) {
      Throw(env, "Expected a non-empty string for argument " + std::to_string(strings.size() + 1));
      return {};
    }
    std::string& text = strings.emplace_back(length, '\0');
    napi_get_value_string_utf8(env, argument, text.data(), length + 1, &length);
  }
  return strings;
}

// A function of the library at `path`, which is never closed: its threads live on. Throws dlerror's text.
template <typename Function>
Function Find(napi_env env, const std::string& path, const char* name) {
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  void* function = library == nullptr ? nullptr : dlsym(library, name);
  if (function == nullptr) Throw(env, dlerror());
  return reinterpret_cast<Function>(function);
}

// As torch/headeronly/version.h packs it: major, minor and patch are the three highest bytes.
std::string Unpack(uint64_t version) {
  return std::to_string(version >> 56) + "." + std::to_string(version >> 48 & 0xff) + "." +
         std::to_string(version >> 40 & 0xff);
}

// variable(name: string): string | undefined, as libraries see it: a worker's process.env is a copy.
napi_value Variable(napi_env env, napi_callback_info info) {
  const auto arguments = Arguments(env, info, 1);
  const char* value = arguments.empty() ? nullptr : std::getenv(arguments[0].c_str());
  return value == nullptr ? nullptr : ToJs(env, value);
}

// loadFirst(path: string, soname: string, name: string, value: string): boolean. Loads the library at `path`, which
// reads the variable `name` while it is loaded, with this value; nobody else gets to see it but who looks at that
// moment. Whether this process has it from here, by this call or an earlier one: if another has loaded `soname`,
// nothing is done.
napi_value LoadFirst(napi_env env, napi_callback_info info) {
  static std::mutex mutex;
  static bool isOurs = false;
  const auto arguments = Arguments(env, info, 4);
  if (arguments.empty()) return nullptr;
  const char *path = arguments[0].c_str(), *soname = arguments[1].c_str(), *name = arguments[2].c_str();
  const std::lock_guard<std::mutex> lock(mutex);
  if (!isOurs && dlopen(soname, RTLD_LAZY | RTLD_NOLOAD) == nullptr) {
    setenv(name, arguments[3].c_str(), 0);
    isOurs = dlopen(path, RTLD_NOW | RTLD_LOCAL) != nullptr;
    unsetenv(name);
  }
  napi_value result = nullptr;
  napi_get_boolean(env, isOurs, &result);
  return result;
}

// loadLibtorch(path: string): string, the version of the libtorch.so at `path`. It pulls in libc10, libtorch_cpu and,
// in a CUDA build, libtorch_cuda.
napi_value LoadLibtorch(napi_env env, napi_callback_info info) {
  const auto arguments = Arguments(env, info, 1);
  if (arguments.empty()) return nullptr;
  auto abiVersion = Find<uint64_t (*)()>(env, arguments[0], "aoti_torch_abi_version");
  return abiVersion == nullptr ? nullptr : ToJs(env, Unpack(abiVersion()));
}

// open(path: string): the exports of our library at `path`, once the libtorch that it was compiled for is loaded.
napi_value Open(napi_env env, napi_callback_info info) {
  const auto arguments = Arguments(env, info, 1);
  if (arguments.empty()) return nullptr;
  auto initialize = Find<napi_addon_register_func>(env, arguments[0], "napi_register_module_v1");
  if (initialize == nullptr) return nullptr;
  napi_value exports = nullptr;
  napi_create_object(env, &exports);
  return initialize(env, exports);
}

void Export(napi_env env, napi_value exports, const char* name, napi_callback callback) {
  napi_value function = nullptr;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, nullptr, &function);
  napi_set_named_property(env, exports, name, function);
}

}  // namespace

NAPI_MODULE_INIT() {
  Export(env, exports, "variable", Variable);
  Export(env, exports, "loadFirst", LoadFirst);
  Export(env, exports, "loadLibtorch", LoadLibtorch);
  Export(env, exports, "open", Open);
  return exports;
}
