// Vectors of floats for the instruction set that a file is compiled for. CMakeLists.txt compiles the files that include
// this one once for each set, into a namespace of its own. They may use nothing inline from elsewhere: of an inline
// function the linker keeps one copy for all, which might use instructions that an older CPU lacks.
#pragma once

#include <cstdint>

#if defined(__AVX512F__)
#define KERNEL_ISA avx512
#define KERNEL_LANES 16
#elif defined(__AVX2__)
#define KERNEL_ISA avx2
#define KERNEL_LANES 8
#else
#define KERNEL_ISA plain
#define KERNEL_LANES 4
#endif

#define KERNEL_INLINE __attribute__((always_inline)) inline
#define KERNEL_UNROLL _Pragma("GCC unroll 16")

namespace kernels::KERNEL_ISA {

constexpr int kLanes = KERNEL_LANES;

using Vec = float __attribute__((vector_size(4 * kLanes)));
using IntVec = int32_t __attribute__((vector_size(4 * kLanes)));
using UintVec = uint32_t __attribute__((vector_size(4 * kLanes)));
using UnalignedVec = float __attribute__((vector_size(4 * kLanes), aligned(4), may_alias));

KERNEL_INLINE Vec load(const float* p) { return *reinterpret_cast<const UnalignedVec*>(p); }
KERNEL_INLINE void store(float* p, Vec v) { *reinterpret_cast<UnalignedVec*>(p) = v; }
KERNEL_INLINE Vec broadcast(float x) { return x - Vec{}; }

/** (0, 1, 2, ...) */
KERNEL_INLINE UintVec laneNumbers() {
  UintVec lanes;
  KERNEL_UNROLL for (int i = 0; i < kLanes; i++) lanes[i] = i;
  return lanes;
}

KERNEL_INLINE Vec squareRoot(Vec x) {
  KERNEL_UNROLL for (int i = 0; i < kLanes; i++) x[i] = __builtin_sqrtf(x[i]);
  return x;
}

/** x in [-limit, limit]; a NaN stays one. */
KERNEL_INLINE Vec clamp(Vec x, float limit) {
  const Vec most = broadcast(limit), least = broadcast(-limit);
  x = least > x ? least : x;
  return most < x ? most : x;
}

/** e^x = scale · (1 + rest), so that neither e^x - 1 nor e^x + 1 loses digits. For |x| < 87. */
struct Exponential {
  Vec scale, rest;
};

// x log2 e = n + f with a whole n and |f| <= 1/2; then scale = 2^n and rest = 2^f - 1 = f q(f). Adding 1.5 · 2^23
// rounds to a whole number and leaves it in the low bits; the 127 is the bias of a float's exponent. q is the minimax
// polynomial of (2^f - 1) / f, to 2e-9.
KERNEL_INLINE Exponential exponential(Vec x) {
  constexpr float kLog2E = 1.44269504f;
  constexpr float kRound = 12582912.0f + 127.0f;
  const Vec rounded = x * kLog2E + kRound;
  const Vec f = x * kLog2E - (rounded - kRound);
  Vec q = f * 0.00015353362f + 0.0013398875f;
  q = q * f + 0.0096184369f;
  q = q * f + 0.055503324f;
  q = q * f + 0.24022648f;
  q = q * f + 0.69314718f;
  const IntVec scaleBits = reinterpret_cast<IntVec>(rounded) << 23;
  return {reinterpret_cast<Vec>(scaleBits), f * q};
}

/** e^x for |x| < 87. */
KERNEL_INLINE Vec exp(Vec x) {
  const Exponential e = exponential(x);
  return e.scale * e.rest + e.scale;
}

/** ln(2^n (1 + f)) for 1 + f from √½ to √2, by the polynomial of Cephes' logf. */
KERNEL_INLINE Vec logarithm(Vec n, Vec f) {
  constexpr float kLn2 = 0.69314718f;
  Vec p = f * 0.070376836f - 0.11514610f;
  p = p * f + 0.11676999f;
  p = p * f - 0.12420141f;
  p = p * f + 0.14249323f;
  p = p * f - 0.16668058f;
  p = p * f + 0.20000715f;
  p = p * f - 0.24999994f;
  p = p * f + 0.33333331f;
  const Vec square = f * f;
  return n * kLn2 + (f - square * 0.5f + square * f * p);
}

/** ln x for x > 0 that is not denormal. */
KERNEL_INLINE Vec log(Vec x) {
  constexpr int32_t kRootHalf = 0x3f3504f3;  // the bits of √½
  const IntVec aboveRootHalf = reinterpret_cast<IntVec>(x) - kRootHalf;
  const IntVec mantissa = (aboveRootHalf & 0x7fffff) + kRootHalf;
  return logarithm(__builtin_convertvector(aboveRootHalf >> 23, Vec), reinterpret_cast<Vec>(mantissa) - 1.0f);
}

/** ln(1 + e^x), without loss of digits where it is small. */
KERNEL_INLINE Vec softplus(Vec x) {
  constexpr float kNothing = 86.0f, kRootTwoLessOne = 0.41421356f;
  const Vec zero = {}, one = broadcast(1.0f);
  const Vec magnitude = x < zero ? -x : x;
  const Vec y = exp(-(magnitude > kNothing ? broadcast(kNothing) : magnitude));
  const IntVec isHalved = y > kRootTwoLessOne;
  const Vec rest = logarithm(isHalved ? one : zero, isHalved ? (y - 1.0f) * 0.5f : y);
  return (x < zero ? zero : x) + rest;
}

/** 1 / (1 + e^-a) and 1 / (1 + e^-b), by one division. */
KERNEL_INLINE void sigmoids(Vec& a, Vec& b) {
  constexpr float kSaturated = 43.0f;  // the product of two e^43 is still finite
  const Exponential ea = exponential(clamp(-a, kSaturated)), eb = exponential(clamp(-b, kSaturated));
  const Vec da = ea.scale * ea.rest + ea.scale + 1.0f, db = eb.scale * eb.rest + eb.scale + 1.0f;
  const Vec inverse = 1.0f / (da * db);
  a = db * inverse;
  b = da * inverse;
}

/** (e^2x - 1) / (e^2x + 1) */
KERNEL_INLINE Vec tanh(Vec x) {
  constexpr float kSaturated = 40.0f;
  const Exponential e = exponential(clamp(x + x, kSaturated));
  const Vec numerator = e.scale * e.rest + (e.scale - 1.0f);
  return numerator / (numerator + 2.0f);
}

/** a and b with their lanes in turn: a0 b0 a1 b1 ..., its first or second half. */
KERNEL_INLINE Vec interleave(Vec a, Vec b, bool isSecond) {
  IntVec order;
  KERNEL_UNROLL for (int i = 0; i < kLanes; i++) {
    order[i] = i / 2 + (isSecond ? kLanes / 2 : 0) + (i % 2 ? kLanes : 0);
  }
  return __builtin_shuffle(a, b, order);
}

/** Each round of interleaving the first half of the rows with the second moves one bit from row to column numbers. */
KERNEL_INLINE void transpose(Vec (&rows)[kLanes]) {
  KERNEL_UNROLL for (int round = 1; round < kLanes; round *= 2) {
    Vec next[kLanes];
    KERNEL_UNROLL for (int i = 0; i < kLanes; i++) {
      next[i] = interleave(rows[i / 2], rows[i / 2 + kLanes / 2], i % 2);
    }
    KERNEL_UNROLL for (int i = 0; i < kLanes; i++) rows[i] = next[i];
  }
}

}  // namespace kernels::KERNEL_ISA
