#include "mixture_sample.h"

#include <ATen/Dispatch.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/multinomial.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/softplus.h>

#include <cmath>

#include "mixture_math.h"

namespace kernels {
namespace {

using at::Tensor;

/** The raw parameters of one row. */
template <class Float>
struct Mixture {
  const Float* raw;
  int64_t components, dim;

  const Float* component(int64_t k) const { return raw + k * (dim + 2); }
};

// torch.multinomial draws one of K by the largest w_k / e_k, with e_k exponentially distributed. The weights may have
// any common factor, so that their sum is not needed.
template <class Float>
int64_t drawComponent(const Mixture<Float>& mixture, const Float* exponentials, Float temperature) {
  const int64_t logit = mixture.dim + 1;
  Float most = mixture.raw[logit];
  for (int64_t k = 1; k < mixture.components; k++) most = std::max(most, mixture.component(k)[logit]);
  int64_t drawn = 0;
  Float largest = -1;
  for (int64_t k = 0; k < mixture.components; k++) {
    const Float ratio = std::exp((mixture.component(k)[logit] - most) / temperature) / exponentials[k];
    if (ratio > largest) {
      largest = ratio;
      drawn = k;
    }
  }
  return drawn;
}

Tensor sampleOnCpu(const Tensor& raw, double varianceFloor, double temperature,
                   const std::optional<at::Generator>& generator) {
  const int64_t batch = raw.size(0), components = raw.size(1), dim = raw.size(2) - 2;
  const Tensor exponentials = at::empty({batch, components}, raw.options()).exponential_(1, generator);
  const Tensor result = at::randn({batch, dim}, generator, raw.options());
  AT_DISPATCH_FLOATING_TYPES(raw.scalar_type(), "sampleMixture", [&] {
    const auto* parameters = raw.const_data_ptr<scalar_t>();
    const auto* divisors = exponentials.const_data_ptr<scalar_t>();
    auto* values = result.mutable_data_ptr<scalar_t>();
    for (int64_t i = 0; i < batch; i++, values += dim) {
      const Mixture<scalar_t> mixture{parameters + i * components * (dim + 2), components, dim};
      const int64_t drawn = drawComponent(mixture, divisors + i * components, static_cast<scalar_t>(temperature));
      const scalar_t* component = mixture.component(drawn);
      const scalar_t variance = softplus(component[dim]) + static_cast<scalar_t>(varianceFloor);
      const scalar_t deviation = std::sqrt(variance * static_cast<scalar_t>(temperature));
      for (int64_t d = 0; d < dim; d++) values[d] = values[d] * deviation + component[d];
    }
  });
  return result;
}

/** The same by libtorch's operators. */
Tensor composed(const Tensor& raw, double varianceFloor, double temperature,
                const std::optional<at::Generator>& generator) {
  const int64_t dim = raw.size(2) - 2;
  const Tensor weights = at::softmax(raw.select(-1, dim + 1) / temperature, -1);      // (B, K)
  const Tensor drawn = at::multinomial(weights, 1, false, generator).unsqueeze(-1);   // (B, 1, 1)
  const Tensor component = raw.gather(1, drawn.expand({-1, 1, dim + 2})).squeeze(1);  // (B, D + 2)
  const Tensor variance = (at::softplus(component.narrow(-1, dim, 1)) + varianceFloor) * temperature;
  const Tensor mean = component.narrow(-1, 0, dim);
  return at::randn(mean.sizes(), generator, mean.options()) * variance.sqrt() + mean;
}

}  // namespace

Tensor sampleMixture(const Tensor& raw, double varianceFloor, double temperature,
                     const std::optional<at::Generator>& generator) {
  const at::NoGradGuard noGrad;
  const bool isOnCpu = raw.is_cpu() && (raw.scalar_type() == at::kFloat || raw.scalar_type() == at::kDouble);
  if (!isOnCpu) return composed(raw, varianceFloor, temperature, generator);
  return sampleOnCpu(raw.contiguous(), varianceFloor, temperature, generator);
}

}  // namespace kernels
