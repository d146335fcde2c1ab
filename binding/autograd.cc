// Gradients: backward into .grad, grad for chosen inputs only, and the switch that turns recording off.
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include "convert.h"
#include "kernels/autograd/backward_pass.h"
#include "register.h"

namespace {

bool flagOr(Napi::Value value, bool fallback, const char* argument) {
  return value.IsUndefined() ? fallback : booleanFromJs(value, argument);
}

/** "float32 cpu" */
std::string kindOf(const at::Tensor& tensor) {
  return std::string(scalarTypeName(tensor.scalar_type())) + " " + tensor.device().str();
}

// backward(loss, retainGraph = false)
Napi::Value backward(const Napi::CallbackInfo& info) {
  const at::Tensor loss = Environment::of(info.Env()).unwrap(info[0], "loss");
  const bool retainGraph = flagOr(info[1], false, "retainGraph");
  torch::autograd::backward({loss}, {}, retainGraph);
  return info.Env().Undefined();
}

// grad(loss, inputs, retainGraph = false, createGraph = false): a gradient for each input
Napi::Value grad(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::of(info.Env());
  const at::Tensor loss = environment.unwrap(info[0], "loss");
  const std::vector<at::Tensor> inputs = tensorsFromJs(environment, info[1], "inputs");
  if (inputs.empty())
    throw CodedError("ERR_INVALID_ARGUMENT", "Expected at least one Tensor for inputs but received none");
  const bool createGraph = flagOr(info[3], false, "createGraph");
  const bool retainGraph = flagOr(info[2], createGraph, "retainGraph");
  if (createGraph) {
    return toJs(info.Env(), environment, torch::autograd::grad({loss}, inputs, {}, retainGraph, createGraph));
  }
  const std::vector<at::Tensor> gradients = kernels::BackwardPass(loss, inputs).run(retainGraph);
  for (size_t i = 0; i < gradients.size(); i++) {
    if (gradients[i].defined()) continue;
    throw CodedError("ERR_LIBTORCH", "The loss does not depend on inputs[" + std::to_string(i) + "]");
  }
  return toJs(info.Env(), environment, gradients);
}

// gradOf(tensor): its accumulated gradient, or undefined
Napi::Value gradOf(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::of(info.Env());
  const at::Tensor gradient = environment.unwrap(info[0], "tensor").grad();
  return gradient.defined() ? environment.wrap(info.Env(), gradient) : info.Env().Undefined();
}

// setGrad(tensor, gradient or undefined)
Napi::Value setGrad(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::of(info.Env());
  const at::Tensor tensor = environment.unwrap(info[0], "tensor");
  at::Tensor gradient;
  if (!info[1].IsUndefined()) {
    gradient = environment.unwrap(info[1], "grad");
    if (gradient.sizes() != tensor.sizes()) throw shapeError("grad", shapeText(tensor.sizes()), gradient);
    if (gradient.scalar_type() != tensor.scalar_type() || gradient.device() != tensor.device()) {
      throw CodedError("ERR_INVALID_ARGUMENT",
                       "Expected a " + kindOf(tensor) + " Tensor for grad but received a " + kindOf(gradient) + " one");
    }
  }
  tensor.mutable_grad() = gradient;
  return info.Env().Undefined();
}

// gradientFunction(tensor): "AddBackward0" for what an operator made, else undefined
Napi::Value gradientFunction(const Napi::CallbackInfo& info) {
  const at::Tensor tensor = Environment::of(info.Env()).unwrap(info[0], "tensor");
  const auto& function = tensor.grad_fn();
  return function ? Napi::String::New(info.Env(), function->name()) : info.Env().Undefined();
}

Napi::Value requiresGrad(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), Environment::of(info.Env()).unwrap(info[0], "tensor").requires_grad());
}

// setRequiresGrad(tensor, flag)
Napi::Value setRequiresGrad(const Napi::CallbackInfo& info) {
  Environment::of(info.Env()).unwrap(info[0], "tensor").requires_grad_(booleanFromJs(info[1], "requiresGrad"));
  return info.Env().Undefined();
}

// isTrainable(tensor): whether it is alive, a leaf of the graph, and requires a gradient
Napi::Value isTrainable(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::of(info.Env());
  const bool alive = info[0].IsNumber() && environment.tensors.isAlive(info[0].As<Napi::Number>().Int64Value());
  const at::Tensor tensor = alive ? environment.unwrap(info[0], "tensor") : at::Tensor();
  return Napi::Boolean::New(info.Env(), alive && tensor.requires_grad() && tensor.is_leaf());
}

// setGradEnabled(flag): what it was
Napi::Value setGradEnabled(const Napi::CallbackInfo& info) {
  const bool before = at::GradMode::is_enabled();
  at::GradMode::set_enabled(booleanFromJs(info[0], "enabled"));
  return Napi::Boolean::New(info.Env(), before);
}

}  // namespace

void registerAutograd(Napi::Env, Napi::Object exports) {
  exportFunction<backward>(exports, "backward");
  exportFunction<grad>(exports, "grad");
  exportFunction<gradOf>(exports, "gradOf");
  exportFunction<setGrad>(exports, "setGrad");
  exportFunction<gradientFunction>(exports, "gradientFunction");
  exportFunction<requiresGrad>(exports, "requiresGrad");
  exportFunction<setRequiresGrad>(exports, "setRequiresGrad");
  exportFunction<isTrainable>(exports, "isTrainable");
  exportFunction<setGradEnabled>(exports, "setGradEnabled");
}
