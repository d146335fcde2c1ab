// What belongs to one JavaScript thread: its tensors, its random generator, its error constructor.
#pragma once

#include <ATen/core/Generator.h>

#include "napi_setup.h"
#include "tensor_table.h"

struct Environment {
  Environment();

  static Environment& of(Napi::Env env) { return *env.GetInstanceData<Environment>(); }

  /** A handle for a tensor, its memory reported to V8 now and then. */
  Napi::Value wrap(Napi::Env env, at::Tensor tensor);
  /** The tensor behind a JavaScript value, or an error that names the argument. */
  at::Tensor& unwrap(Napi::Value value, const std::string& argument);

  TensorTable tensors;
  /** Every random draw of this thread comes from here, so that workers do not disturb each other's sequences. */
  at::Generator generator;
  /** (code, message) => Error, given by the TypeScript layer. */
  Napi::FunctionReference makeError;
};
