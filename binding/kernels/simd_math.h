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

template <int n>
KERNEL_INLINE Vecs<n> clamp(Vecs<n> x, float limit) {
  return forEach<n>([&](int i) { return clamp(x.v[i], limit); });
}

/** 1 / x within 3 units in the last place: a step of Newton's from the CPU's first guess, where it has one. */
template <int n>
KERNEL_INLINE Vecs<n> reciprocal(Vecs<n> x) {
#if defined(__AVX2__)
  const Vecs<n> guess = forEach<n>([&](int i) { return guessReciprocal(x.v[i]); });
  return guess * (2.0f - x * guess);
#else
  return forEach<n>([&](int i) { return 1.0f / x.v[i]; });
#endif
}

/** e^x = scale · (1 + rest), so that neither e^x - 1 nor e^x + 1 loses digits. For |x| < 87. */
template <int n>
struct Exponential {
  Vecs<n> scale, rest;
};

// x log2 e = n + f with a whole n and |f| <= 1/2; then scale = 2^n and rest = 2^f - 1 = f q(f). Adding 1.5 · 2^23
// rounds to a whole number and leaves it in the low bits; the 127 is the bias of a float's exponent. q is the minimax
// polynomial of (2^f - 1) / f, to 2e-9.
template <int n>
KERNEL_INLINE Exponential<n> exponential(Vecs<n> x) {
  constexpr float kLog2E = 1.44269504f;
  constexpr float kRound = 12582912.0f + 127.0f;
  const Vecs<n> rounded = x * kLog2E + kRound;
  const Vecs<n> f = x * kLog2E - (rounded - kRound);
  Vecs<n> q = f * 0.00015353362f + 0.0013398875f;
  q = q * f + 0.0096184369f;
  q = q * f + 0.055503324f;
  q = q * f + 0.24022648f;
  q = q * f + 0.69314718f;
  const auto scale = [&](int i) { return reinterpret_cast<Vec>(reinterpret_cast<IntVec>(rounded.v[i]) << 23); };
  return {forEach<n>(scale), f * q};
}

/** 1 / (1 + e^-a) and 1 / (1 + e^-b), by one division. */
template <int n>
KERNEL_INLINE void sigmoids(Vecs<n>& a, Vecs<n>& b) {
  constexpr float kSaturated = 43.0f;  // the product of two e^43 is still finite
  const Exponential<n> ea = exponential(clamp(0.0f - a, kSaturated)), eb = exponential(clamp(0.0f - b, kSaturated));
  const Vecs<n> da = ea.scale * ea.rest + ea.scale + 1.0f, db = eb.scale * eb.rest + eb.scale + 1.0f;
  const Vecs<n> inverse = reciprocal(da * db);
  a = db * inverse;
  b = da * inverse;
}

/** (e^2x - 1) / (e^2x + 1) */
template <int n>
KERNEL_INLINE Vecs<n> tanh(Vecs<n> x) {
  constexpr float kSaturated = 40.0f;
  const Exponential<n> e = exponential(clamp(x + x, kSaturated));
  const Vecs<n> numerator = e.scale * e.rest + (e.scale - 1.0f);
  return numerator * reciprocal(numerator + 2.0f);
}

/** e^x for |x| < 87. */
KERNEL_INLINE Vec exp(Vec x) {
  const Exponential<1> e = exponential(Vecs<1>{{x}});
  return (e.scale * e.rest + e.scale).v[0];
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
