#include "linear.h"

#include <ATen/ops/mm.h>
#include <torch/csrc/autograd/custom_function.h>

#include "gemm.h"

namespace kernels {
namespace {

using at::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/** With g the gradient of y: dx = g W, dW = gᵀ x, db = the sum of g's rows, each by the call that libtorch makes. */
struct Linear : torch::autograd::Function<Linear> {
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& weight,
                        const std::optional<Tensor>& bias) {
    context->save_for_backward({x, weight});
    context->saved_data["hasBias"] = bias.has_value();
    return product(x, weight.t(), bias.value_or(Tensor()));
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const Tensor &x = saved[0], &weight = saved[1], &g = gradients[0];
    const bool hasBias = context->saved_data["hasBias"].toBool();
    const bool isRecorded = at::GradMode::is_enabled();
    const auto multiply = [&](const Tensor& a, const Tensor& b) { return isRecorded ? at::mm(a, b) : product(a, b); };
    return {context->needs_input_grad(0) ? multiply(g, weight) : Tensor(),
            context->needs_input_grad(1) ? multiply(g.t(), x) : Tensor(),
            hasBias && context->needs_input_grad(2) ? g.sum(0) : Tensor()};
  }
};

}  // namespace

bool isFastLinear(const Tensor& x, const Tensor& weight) {
  return x.dim() == 2 && x.is_cpu() && x.scalar_type() == at::kFloat && x.is_contiguous() && weight.is_cpu() &&
         weight.scalar_type() == at::kFloat;
}

Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  return Linear::apply(x, weight, bias.defined() ? std::optional(bias) : std::nullopt);
}

}  // namespace kernels
