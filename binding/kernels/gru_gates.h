// The GRU's gates and next states, for the tiles of gru_slice.cc, where the formulas are, and rollout_slice.cc.
//
// The weights are packed such that the products are the exponents of powers of two: with a, b the inputs of r, z and c
// that of n, they are -a log2 e, -b log2 e and 2 c log2 e, so that with the powers A, B, C
//
//   r = 1 / (1 + A)    z = 1 / (1 + B)    n = (C - 1) / (C + 1)
#pragma once

#include "simd_math.h"

namespace kernels::KERNEL_ISA {

constexpr int kGates = 3;
// What W and b of r, z, n are multiplied by.
constexpr float kExponents[kGates] = {-1.44269504f, -1.44269504f, 2.88539008f};
constexpr float kSaturated = 60.0f;  // an exponent, such that the product of two powers is finite

// Rows of a tile with all gates: what the registers hold beside the weights, 32 with AVX-512 and 16 elsewhere.
constexpr int kForwardRows = kLanes == 16 ? 8 : 4;

template <int Rows>
KERNEL_INLINE Vecs<Rows> columnOf(const Vec (&sum)[Rows][kGates], int gate) {
  return forEach<Rows>([&](int i) { return sum[i][gate]; });
}

template <int n>
KERNEL_INLINE Vecs<n> cappedPower(Vecs<n> exponent) {
  const Power<n> p = power(clamp(exponent, kSaturated), 1.0f);
  return p.scale * powerOfTwo(p.f);
}

/** Less one, without loss of digits where the power is near it. */
template <int n>
KERNEL_INLINE Vecs<n> cappedPowerLessOne(Vecs<n> exponent) {
  const Power<n> p = power(clamp(exponent, kSaturated), 1.0f);
  return p.scale * powerOfTwoLessOne(p.f) + (p.scale - 1.0f);
}

/** r, B and C - 1. */
template <int Rows>
struct GatePowers {
  Vecs<Rows> r, b, c;
};

/** From the exponents of A and B, C's factor of r, and the rest of C's. */
template <int Rows>
KERNEL_INLINE GatePowers<Rows> gatePowers(const Vec (&sum)[Rows][kGates], const Vec (&inputPart)[Rows]) {
  const Vecs<Rows> r = reciprocal(cappedPower(columnOf(sum, 0)) + 1.0f), b = cappedPower(columnOf(sum, 1));
  const Vecs<Rows> rest = forEach<Rows>([&](int i) { return inputPart[i]; });
  return {r, b, cappedPowerLessOne(r * columnOf(sum, 2) + rest)};
}

template <int Rows>
struct GruGates {
  Vecs<Rows> r, z, n;
};

/** z and n by one division. */
template <int Rows>
KERNEL_INLINE GruGates<Rows> gruGates(const GatePowers<Rows>& powers) {
  const Vecs<Rows> ofZ = powers.b + 1.0f, ofN = powers.c + 2.0f, inverse = reciprocal(ofZ * ofN);
  return {powers.r, ofN * inverse, powers.c * (ofZ * inverse)};
}

/** h' = n + z * (h - n) of some rows, which are `stride` apart. */
template <int Rows>
KERNEL_INLINE void storeNextStates(const GruGates<Rows>& gates, const float* h, float* next, int64_t stride) {
  const Vecs<Rows> before = forEach<Rows>([&](int i) { return load(h + i * stride); });
  const Vecs<Rows> after = gates.z * (before - gates.n) + gates.n;
  KERNEL_UNROLL for (int i = 0; i < Rows; i++) store(next + i * stride, after.v[i]);
}

/** The same without the gates: h' = (B (C - 1) + h (C + 1)) / ((1 + B) (C + 1)). */
template <int Rows>
KERNEL_INLINE void storeNextStates(const GatePowers<Rows>& powers, const float* h, float* next, int64_t stride) {
  const Vecs<Rows> before = forEach<Rows>([&](int i) { return load(h + i * stride); });
  const Vecs<Rows> ofZ = powers.b + 1.0f, ofN = powers.c + 2.0f;
  const Vecs<Rows> after = (powers.b * powers.c + before * ofN) * reciprocal(ofZ * ofN);
  KERNEL_UNROLL for (int i = 0; i < Rows; i++) store(next + i * stride, after.v[i]);
}

}  // namespace kernels::KERNEL_ISA
