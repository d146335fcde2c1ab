#pragma once

#include <cstdint>

namespace kernels {

/** Numbers to try kernels on, the same at each run, without a visit to any generator that others draw from. */
struct PseudoRandom {
  uint32_t state;

  uint32_t bits() { return state = state * 1664525 + 1013904223; }
  /** In [-1, 1). */
  float number() { return static_cast<float>(static_cast<int32_t>(bits())) * 0x1p-31f; }
};

}  // namespace kernels
