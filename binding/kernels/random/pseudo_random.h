// Numbers to try kernels on, the same at each run, without a visit to any generator that others draw from.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty_strided.h>

#include <cstdint>

namespace kernels {

struct PseudoRandom {
  uint32_t state;

  uint32_t bits() { return state = state * 1664525 + 1013904223; }
  /** In [-1, 1). */
  float number() { return static_cast<float>(static_cast<int32_t>(bits())) * 0x1p-31f; }
};

/** Numbers in [-1, 1), laid out as those of a dense tensor. */
inline at::Tensor pseudoRandomLike(const at::Tensor& like, uint32_t seed) {
  PseudoRandom random{seed};
  const at::Tensor result = at::empty_strided(like.sizes(), like.strides(), at::kFloat);
  float* data = result.mutable_data_ptr<float>();
  for (int64_t i = 0; i < result.numel(); i++) data[i] = random.number();
  return result;
}

}  // namespace kernels
