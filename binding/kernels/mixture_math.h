#pragma once

#include <cmath>

namespace kernels {

/** log(1 + e^x) as PyTorch computes it. */
template <class Float>
Float softplus(Float x) {
  constexpr Float kLinear = 20;
  return x > kLinear ? x : std::log1p(std::exp(x));
}

}  // namespace kernels
