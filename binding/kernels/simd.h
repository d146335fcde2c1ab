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
using UnalignedVec = float __attribute__((vector_size(4 * kLanes), aligned(4), may_alias));

KERNEL_INLINE Vec load(const float* p) { return *reinterpret_cast<const UnalignedVec*>(p); }
KERNEL_INLINE void store(float* p, Vec v) { *reinterpret_cast<UnalignedVec*>(p) = v; }
KERNEL_INLINE Vec broadcast(float x) { return x - Vec{}; }

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

}  // namespace kernels::KERNEL_ISA
