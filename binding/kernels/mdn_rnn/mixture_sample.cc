#include "mixture_sample.h"

#include <ATen/Dispatch.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/multinomial.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/softplus.h>

namespace kernels {
namespace {

using at::Tensor;

Tensor sampleOnCpu(const Tensor& raw, const MixtureOptions& options, const std::optional<at::Generator>& generator) {
  const int64_t batch = raw.size(0), components = raw.size(1), dim = raw.size(2) - 2;
  // The numbers behind torch.multinomial's exponentially distributed ones, whatever the dtype.
  const Tensor uniforms = at::empty({batch, components}, at::kDouble).uniform_(0, 1, generator);
  const Tensor result = at::randn({batch, dim}, generator, raw.options());
  AT_DISPATCH_FLOATING_TYPES(raw.scalar_type(), "sampleMixture", [&] {
    const auto* parameters = raw.const_data_ptr<scalar_t>();
    const auto* uniform = uniforms.const_data_ptr<double>();
    auto* values = result.mutable_data_ptr<scalar_t>();
    for (int64_t i = 0; i < batch; i++) {
      const RawMixture<scalar_t> mixture{parameters + i * components * (dim + 2), components, dim};
      drawFrom(mixture, options, uniform + i * components, values + i * dim);
    }
  });
  return result;
}

/** The same by libtorch's operators. */
Tensor composed(const Tensor& raw, const MixtureOptions& options, const std::optional<at::Generator>& generator) {
  const int64_t dim = raw.size(2) - 2;
  const Tensor weights = at::softmax(raw.select(-1, dim + 1) / options.temperature, -1);  // (B, K)
  const Tensor drawn = at::multinomial(weights, 1, false, generator).unsqueeze(-1);       // (B, 1, 1)
  const Tensor component = raw.gather(1, drawn.expand({-1, 1, dim + 2})).squeeze(1);      // (B, D + 2)
  const Tensor variance = (at::softplus(component.narrow(-1, dim, 1)) + options.varianceFloor) * options.temperature;
  const Tensor mean = component.narrow(-1, 0, dim);
  return at::randn(mean.sizes(), generator, mean.options()) * variance.sqrt() + mean;
}

}  // namespace

Tensor sampleMixture(const Tensor& raw, const MixtureOptions& options, const std::optional<at::Generator>& generator) {
  const at::NoGradGuard noGrad;
  const bool isOnCpu = raw.is_cpu() && (raw.scalar_type() == at::kFloat || raw.scalar_type() == at::kDouble);
  return isOnCpu ? sampleOnCpu(raw.contiguous(), options, generator) : composed(raw, options, generator);
}

}  // namespace kernels
