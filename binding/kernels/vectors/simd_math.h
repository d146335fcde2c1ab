// Functions of vectors, to a few units in the last place.
#pragma once

#ifdef __AVX2__
#include <immintrin.h>
#endif

#include "simd.h"

namespace kernels::KERNEL_ISA {

/** By one instruction, for these files are compiled so that a root never sets errno. */
KERNEL_INLINE Vec squareRoot(Vec x) {
  KERNEL_UNROLL for (int i = 0; i < kLanes; i++) x[i] = __builtin_sqrtf(x[i]);
  return x;
}

#ifdef __AVX512F__
constexpr __mmask16 kAllLanes = 0xffff;  // the functions without a mask make GCC 12 warn of its own header
#endif

/** a b + c by one operation where there is one, whatever else is a product here. */
KERNEL_INLINE Vec multiplyAdd(Vec a, Vec b, Vec c) {
#if defined(__AVX512F__)
  return _mm512_fmadd_ps(a, b, c);
#elif defined(__AVX2__)
  return _mm256_fmadd_ps(a, b, c);
#else
  return a * b + c;
#endif
}

/** x in [-limit, limit]; a NaN stays one. */
KERNEL_INLINE Vec clamp(Vec x, float limit) {
  const Vec most = broadcast(limit), least = broadcast(-limit);
#if defined(__AVX512F__)
  return _mm512_maskz_min_ps(kAllLanes, most, _mm512_maskz_max_ps(kAllLanes, least, x));
#elif defined(__AVX2__)
  return _mm256_min_ps(most, _mm256_max_ps(least, x));
#else
  x = least > x ? least : x;
  return most < x ? most : x;
#endif
}

#if defined(__AVX512F__)
KERNEL_INLINE Vec guessReciprocal(Vec x) { return _mm512_maskz_rcp14_ps(kAllLanes, x); }
#elif defined(__AVX2__)
KERNEL_INLINE Vec guessReciprocal(Vec x) { return _mm256_rcp_ps(x); }
#endif

/** 1 / x within 3 units in the last place: a step of Newton's from the CPU's first guess, where it has one. */
KERNEL_INLINE Vec reciprocal(Vec x) {
#if defined(__AVX2__)
  const Vec guess = guessReciprocal(x);
  return guess * (2.0f - x * guess);
#else
  return 1.0f / x;
#endif
}

/**
 * x / divisor to the last bit, for x >= 0 and a quotient that is neither denormal nor too large: the inverse's product,
 * corrected by its rest, which a fused operation gives exactly (Markstein, "Computation of elementary functions on the
 * IBM RISC System/6000 processor", 1990).
 */
KERNEL_INLINE Vec quotient(Vec x, float divisor) {
#if defined(__AVX2__)
  const Vec inverse = broadcast(1.0f / divisor), guess = x * inverse;
  const Vec rest = multiplyAdd(-guess, broadcast(divisor), x);
  return x < __builtin_inff() ? multiplyAdd(rest, inverse, guess) : x;
#else
  return x / divisor;
#endif
}

/** scale · 2^f with a power of two as the scale and |f| <= 1/2. */
struct Power {
  Vec scale, f;
};

// 2^(x log2Base), if that is within 2^-126 and 2^127: x log2Base = n + f with a whole n. Adding 1.5 · 2^23 rounds to a
// whole number and leaves it in the low bits; the 127 is the bias of a float's exponent.
KERNEL_INLINE Power power(Vec x, float log2Base) {
  constexpr float kRound = 12582912.0f + 127.0f;
  const Vec rounded = x * log2Base + kRound;
  return {reinterpret_cast<Vec>(reinterpret_cast<IntVec>(rounded) << 23), x * log2Base - (rounded - kRound)};
}

/** 2^f for |f| <= 1/2, by the minimax polynomial, to 9e-8. */
KERNEL_INLINE Vec powerOfTwo(Vec f) {
  Vec q = f * 0.0013265120f + 0.0096715000f;
  q = q * f + 0.055507325f;
  q = q * f + 0.24022242f;
  q = q * f + 0.69314700f;
  return q * f + 1.0f;
}

/** 2^f - 1 for |f| <= 1/2, by f times the minimax polynomial of (2^f - 1) / f, to 2e-9. */
KERNEL_INLINE Vec powerOfTwoLessOne(Vec f) {
  Vec q = f * 0.00015353362f + 0.0013398875f;
  q = q * f + 0.0096184369f;
  q = q * f + 0.055503324f;
  q = q * f + 0.24022648f;
  q = q * f + 0.69314718f;
  return f * q;
}

/** e^x for |x| < 87. */
KERNEL_INLINE Vec exp(Vec x) {
  const Power e = power(x, 1.44269504f);
  return e.scale * powerOfTwoLessOne(e.f) + e.scale;
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

}  // namespace kernels::KERNEL_ISA
