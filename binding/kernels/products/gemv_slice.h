#pragma once

#include <cstdint>

#include "../vectors/instruction_set.h"

namespace kernels {

/**
 * How MKL sums up a row's products: lane by lane over vectors, then the lanes. With AVX2 the vectors have 8 lanes and
 * take all. With AVX-512 they have 16, and the first product is apart, and what is left over from whole vectors: each
 * such part begins in its first lane with the sum of those before.
 */
enum class GemvOrder { avx2, avx512 };

/** y = A x + bias, of contiguous rows and vectors. */
struct GemvSlice {
  int64_t rows, depth;
  const float* a;  // (rows, depth)
  const float* x;  // (depth)
  float bias;
  float* y;  // (rows)
  GemvOrder order;
};

KERNEL_DECLARE(void gemv(const GemvSlice&));

}  // namespace kernels
