// Loads a chosen libtorch by absolute path, before the main add-on is required: the main add-on's own needs are then
// met by name (SONAME), whatever LD_LIBRARY_PATH says. Not linked to libtorch itself.
#define NAPI_VERSION 8
#include <dlfcn.h>
#include <node_api.h>

#include <cstdint>
#include <string>

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

// As torch/headeronly/version.h packs it: major, minor and patch are the three highest bytes.
std::string Unpack(uint64_t version) {
  return std::to_string(version >> 56) + "." + std::to_string(version >> 48 & 0xff) + "." +
         std::to_string(version >> 40 & 0xff);
}

// load(path: string): string, the version of the libtorch at `path`, which stays loaded. Throws dlerror's text.
napi_value Load(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument = nullptr;
  napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr);
  size_t length = 0;
  if (napi_get_value_string_utf8(env, argument, nullptr, 0, &length) != napi_ok) {
    return Throw(env, "Expected a string for path");
  }
  std::string path(length, '\0');
  napi_get_value_string_utf8(env, argument, path.data(), length + 1, &length);

  // libtorch.so pulls in libc10, libtorch_cpu and, in a CUDA build, libtorch_cuda. Never closed: its threads live on.
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return Throw(env, dlerror());
  auto abiVersion = reinterpret_cast<uint64_t (*)()>(dlsym(library, "aoti_torch_abi_version"));
  if (abiVersion == nullptr) return Throw(env, dlerror());
  return ToJs(env, Unpack(abiVersion()));
}

}  // namespace

NAPI_MODULE_INIT() {
  napi_value load = nullptr;
  napi_create_function(env, "load", NAPI_AUTO_LENGTH, Load, nullptr, &load);
  napi_set_named_property(env, exports, "load", load);
  napi_set_named_property(env, exports, "compiledFor", ToJs(env, LIBTORCH_VERSION));
  return exports;
}
