// A matrix times a vector. MKL's product of two matrices does this for a last layer of one unit, after a call of
// libtorch's that takes four times as long as the arithmetic.
#include "gemv_slice.h"

#include "../vectors/simd.h"

namespace kernels::KERNEL_ISA {
namespace {

using Vec8 = float __attribute__((vector_size(32)));
using Vec16 = float __attribute__((vector_size(64)));

/** The products of vectors, added one after another. */
template <class Vector>
struct Chain {
  static constexpr int lanes = sizeof(Vector) / sizeof(float);

  Vector sum{};

  /** Of whole vectors. */
  KERNEL_INLINE void addWhole(const float* a, const float* x, int64_t vectors) {
    for (int64_t i = 0; i < vectors * lanes; i += lanes) {
      Vector left, right;
      __builtin_memcpy(&left, a + i, sizeof left);
      __builtin_memcpy(&right, x + i, sizeof right);
      sum += left * right;
    }
  }

  /** Of fewer numbers than lanes. */
  KERNEL_INLINE void addPart(const float* a, const float* x, int64_t count) {
    for (int i = 0; i < count; i++) sum[i] += a[i] * x[i];
  }

  /** Lane i to lane i + lanes / 2, and so on. */
  KERNEL_INLINE float foldHalves() const {
    float folded[lanes];
    KERNEL_UNROLL for (int i = 0; i < lanes; i++) folded[i] = sum[i];
    KERNEL_UNROLL for (int half = lanes / 2; half > 0; half /= 2) {
      KERNEL_UNROLL for (int i = 0; i < half; i++) folded[i] += folded[i + half];
    }
    return folded[0];
  }
};

float dotAsAvx2(const float* a, const float* x, int64_t depth) {
  const int64_t vectors = depth / 8;
  Chain<Vec8> chain;
  chain.addWhole(a, x, vectors);
  chain.addPart(a + vectors * 8, x + vectors * 8, depth % 8);
  const auto& s = chain.sum;
  return ((s[0] + s[1]) + (s[4] + s[5])) + ((s[2] + s[3]) + (s[6] + s[7]));
}

float dotAsAvx512(const float* a, const float* x, int64_t depth) {
  const int64_t vectors = (depth - 1) / 16, rest = (depth - 1) % 16;
  Chain<Vec16> chain;
  chain.sum[0] += a[0] * x[0];
  chain.addWhole(a + 1, x + 1, vectors);
  if (rest == 0) return chain.foldHalves();
  Chain<Vec16> last;
  last.sum[0] = chain.foldHalves();
  last.addPart(a + depth - rest, x + depth - rest, rest);
  return last.foldHalves();
}

}  // namespace

void gemv(const GemvSlice& slice) {
  const auto dot = slice.order == GemvOrder::avx2 ? dotAsAvx2 : dotAsAvx512;
  for (int64_t row = 0; row < slice.rows; row++) {
    slice.y[row] = slice.bias + dot(slice.a + row * slice.depth, slice.x, slice.depth);
  }
}

}  // namespace kernels::KERNEL_ISA
