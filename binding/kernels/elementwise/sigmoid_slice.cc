// 1 / (1 + exp(-x)) with the exponential that libtorch calls, and that its headers have its extensions call.
#include "sigmoid_slice.h"

#include "../vectors/simd_math.h"

#if defined(__AVX512F__)
#define LIBTORCH_EXP Sleef_expf16_u10
extern "C" __attribute__((weak)) __m512 LIBTORCH_EXP(__m512);
#elif defined(__AVX2__)
#define LIBTORCH_EXP Sleef_expf8_u10
extern "C" __attribute__((weak)) __m256 LIBTORCH_EXP(__m256);
#endif

namespace kernels::KERNEL_ISA {

#ifdef LIBTORCH_EXP
namespace {

KERNEL_INLINE Vec sigmoid(Vec x) { return 1.0f / (1.0f + LIBTORCH_EXP(0.0f - x)); }

}  // namespace

int64_t sigmoids(const float* x, int64_t count, float* results) {
  if (!LIBTORCH_EXP) return 0;
  int64_t i = 0;
  for (; i + 2 * kLanes <= count; i += 2 * kLanes) {
    store(results + i, sigmoid(load(x + i)));
    store(results + i + kLanes, sigmoid(load(x + i + kLanes)));
  }
  return i;
}
#else
int64_t sigmoids(const float*, int64_t, float*) { return 0; }
#endif

}  // namespace kernels::KERNEL_ISA
