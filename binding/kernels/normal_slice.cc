// Standard normal numbers as libtorch draws them on the CPU: the 24 low bits of each output of a Mersenne Twister are a
// uniform number u in [0, 1), and eight pairs of them become sixteen normal ones by Box and Muller's
//
//   sqrt(-2 ln(1 - u)) cos(2π v)    and    sqrt(-2 ln(1 - u)) sin(2π v)
//
// libtorch calls its twister for each number. Here the twister's words are made one after another as the recurrence
// that they are, and all else by vectors.
#include "normal_slice.h"

#include "kernels.h"
#include "simd.h"

#ifdef __AVX2__
#define CPU_CAPABILITY_AVX2
#include <ATen/native/cpu/Intrinsics.h>
namespace kernels::KERNEL_ISA {
#include <ATen/native/cpu/avx_mathfun.h>  // libtorch's own logarithm, sine and cosine, in this file's namespace
}
#endif

namespace kernels::KERNEL_ISA {
namespace {

constexpr int kShift = 397;

KERNEL_INLINE uint32_t twisted(uint32_t word, uint32_t next) {
  const uint32_t mixed = (word & 0x80000000u) | (next & 0x7fffffffu);
  return (mixed >> 1) ^ (-(next & 1u) & 0x9908b0dfu);
}

KERNEL_INLINE void uniforms(const uint32_t* words, int64_t count, float* out) {
  for (int64_t i = 0; i < count; i++) {
    uint32_t y = words[i];
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680u;
    y ^= (y << 15) & 0xefc60000u;
    y ^= y >> 18;
    out[i] = static_cast<float>(static_cast<int32_t>(y & 0xffffffu)) * 0x1p-24f;
  }
}

#ifdef __AVX2__
KERNEL_INLINE void normalsFromUniforms(float* data, int64_t blocks) {
  const __m256 twoPi = _mm256_set1_ps(2.0f * 3.14159265358979323846), one = _mm256_set1_ps(1.0f);
  for (int64_t i = 0; i < blocks; i++, data += 16) {
    const __m256 u = _mm256_sub_ps(one, _mm256_loadu_ps(data)), v = _mm256_loadu_ps(data + 8);
    const __m256 radius = _mm256_sqrt_ps(_mm256_mul_ps(_mm256_set1_ps(-2.0f), log256_ps(u)));
    __m256 sine, cosine;
    sincos256_ps(_mm256_mul_ps(twoPi, v), &sine, &cosine);
    const __m256 zero = _mm256_setzero_ps();  // added as libtorch adds the mean, which turns -0 to 0
    _mm256_storeu_ps(data, _mm256_fmadd_ps(_mm256_mul_ps(radius, cosine), one, zero));
    _mm256_storeu_ps(data + 8, _mm256_fmadd_ps(_mm256_mul_ps(radius, sine), one, zero));
  }
}
#else
KERNEL_INLINE void normalsFromUniforms(float*, int64_t) {}  // libtorch draws
#endif

}  // namespace

void twist(uint32_t* words, int64_t count) {
  const uint32_t* before = words - kTwisterSize;
  for (int64_t i = 0; i < count; i++) words[i] = before[i + kShift] ^ twisted(before[i], before[i + 1]);
}

void normals(const uint32_t* words, int64_t blocks, float* out) {
  constexpr int64_t kTogether = 64;  // which stay in the first cache
  for (int64_t first = 0; first < blocks; first += kTogether) {
    const int64_t count = blocks - first < kTogether ? blocks - first : kTogether;
    uniforms(words + first * kNormalBlock, count * kNormalBlock, out + first * kNormalBlock);
    normalsFromUniforms(out + first * kNormalBlock, count);
  }
}

}  // namespace kernels::KERNEL_ISA
