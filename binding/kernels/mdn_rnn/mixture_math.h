// One mixture of Gaussians: its raw parameters, and a draw from it.
#pragma once

#include <cmath>
#include <cstdint>

#include "../../old_glibc.h"

USE_OLD_GLIBC(exp);
USE_OLD_GLIBC(log);

namespace kernels {

/** log(1 + e^x) as PyTorch computes it. */
template <class Float>
Float softplus(Float x) {
  constexpr Float kLinear = 20;
  return x > kLinear ? x : std::log1p(std::exp(x));
}

/** K components of D means, one number u with the variance softplus(u) + floor, one weight's logit. */
template <class Float>
struct RawMixture {
  const Float* raw;
  int64_t components, dim;

  const Float* component(int64_t k) const { return raw + k * (dim + 2); }
  Float logit(int64_t k) const { return component(k)[dim + 1]; }
};

/**
 * The component that torch.multinomial draws: that with the smallest e_k / w_k, where e_k = -log(1 - u_k) is
 * exponentially distributed and the weights w_k may have any common factor. As e_k >= u_k, most logarithms are not
 * needed.
 */
template <class Float>
int64_t drawComponent(const RawMixture<Float>& mixture, const double* uniforms, Float temperature) {
  int64_t likeliest = 0;
  for (int64_t k = 1; k < mixture.components; k++) {
    if (mixture.logit(k) > mixture.logit(likeliest)) likeliest = k;
  }
  int64_t drawn = likeliest;
  double smallest = -std::log1p(-uniforms[likeliest]);
  for (int64_t k = 0; k < mixture.components; k++) {
    if (k == likeliest) continue;
    const double weight = std::exp((mixture.logit(k) - mixture.logit(likeliest)) / temperature);
    if (uniforms[k] >= smallest * weight) continue;
    const double ratio = -std::log1p(-uniforms[k]) / weight;
    if (ratio < smallest) {
      smallest = ratio;
      drawn = k;
    }
  }
  return drawn;
}

struct MixtureOptions {
  double varianceFloor, temperature;
};

/** `values` (D) hold standard normal numbers and become a draw. */
template <class Float>
void drawFrom(const RawMixture<Float>& mixture, const MixtureOptions& options, const double* uniforms, Float* values) {
  const auto temperature = static_cast<Float>(options.temperature);
  const Float* component = mixture.component(drawComponent(mixture, uniforms, temperature));
  const Float variance = softplus(component[mixture.dim]) + static_cast<Float>(options.varianceFloor);
  const Float deviation = std::sqrt(variance * temperature);
  for (int64_t d = 0; d < mixture.dim; d++) values[d] = values[d] * deviation + component[d];
}

}  // namespace kernels
