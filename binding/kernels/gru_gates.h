// The GRU's gates and next states, for the tiles of gru_slice.cc, where the formulas are, and rollout_slice.cc.
#pragma once

#include "simd_math.h"

namespace kernels::KERNEL_ISA {

constexpr int kGates = 3;
// Rows of a tile with all gates: what the registers hold beside the weights, 32 with AVX-512 and 16 elsewhere.
constexpr int kForwardRows = kLanes == 16 ? 8 : 4;

template <int Rows>
struct GruGates {
  Vecs<Rows> r, z, n;
};

/** From the inputs of r and z, W_hn h + b_hn, and n's part of the input. */
template <int Rows>
KERNEL_INLINE GruGates<Rows> gruGates(const Vec (&sum)[Rows][kGates], const Vec (&inputPart)[Rows]) {
  const auto column = [&](int gate) { return forEach<Rows>([&](int i) { return sum[i][gate]; }); };
  GruGates<Rows> gates{column(0), column(1), {}};
  sigmoids(gates.r, gates.z);
  gates.n = tanh(gates.r * column(2) + forEach<Rows>([&](int i) { return inputPart[i]; }));
  return gates;
}

/** h' = n + z * (h - n) of some rows, which are `stride` apart. */
template <int Rows>
KERNEL_INLINE void storeNextStates(const GruGates<Rows>& gates, const float* h, float* next, int64_t stride) {
  const Vecs<Rows> before = forEach<Rows>([&](int i) { return load(h + i * stride); });
  const Vecs<Rows> after = gates.z * (before - gates.n) + gates.n;
  KERNEL_UNROLL for (int i = 0; i < Rows; i++) store(next + i * stride, after.v[i]);
}

}  // namespace kernels::KERNEL_ISA
