#pragma once

#include <cstdint>

#include "../vectors/instruction_set.h"

namespace kernels {

/** Numbers whose hyperbolic tangents are wanted. */
struct TanhSlice {
  static constexpr int64_t kMost = 1024;
  const float* x;
  int64_t count;  // at most kMost
  float* results;
  uint64_t* doubtful;  // (roundUpDivide(count, 64)): a bit for each result that may be rounded to another float
};

KERNEL_DECLARE(void tanhs(const TanhSlice&));

}  // namespace kernels
