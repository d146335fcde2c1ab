// The GRU's gates and next states, for the tiles of gru_slice.cc, where the formulas are, and rollout_slice.cc.
//
// The weights are packed such that the products are the exponents of powers of two: with a, b the inputs of r, z and c
// that of n, they are -a log2 e, -b log2 e and 2 c log2 e, so that with the powers A, B, C
//
//   r = 1 / (1 + A)    z = 1 / (1 + B)    n = (C - 1) / (C + 1)
#pragma once

#include "../vectors/simd_math.h"

namespace kernels::KERNEL_ISA {

constexpr int kGates = 3;
// What W and b of r, z, n are multiplied by.
constexpr float kExponents[kGates] = {-1.44269504f, -1.44269504f, 2.88539008f};
constexpr float kSaturated = 60.0f;  // an exponent, such that the product of two powers is finite

// Rows of a tile with all gates: what the registers hold beside the weights, 32 with AVX-512 and 16 elsewhere.
constexpr int kForwardRows = kLanes == 16 ? 8 : 4;
// Rows of some tiles whose gates are then computed one gate after another: the operations of a row wait for each other,
// and the CPU looks ahead for other rows' only so far.
constexpr int kGateRows = 16;

/** The gates of some rows and one vector of units. */
struct GateRows {
  using Rows = float[kGateRows * kLanes];

  Rows r;  // A's exponent, and then r
  Rows b;  // B's exponent, and then B
  Rows m;  // C's factor of r
  Rows c;  // the rest of C's exponent, and then C - 1

  /** Takes the exponents of a tile's rows, of which `row` is the first. */
  template <int count>
  KERNEL_INLINE void put(int64_t row, const Vec (&sum)[count][kGates], const Vec (&inputPart)[count]) {
    KERNEL_UNROLL for (int i = 0; i < count; i++) {
      const int64_t at = (row + i) * kLanes;
      store(r + at, sum[i][0]);
      store(b + at, sum[i][1]);
      store(m + at, sum[i][2]);
      store(c + at, inputPart[i]);
    }
  }

  /**
   * h' = (B (C - 1) + h (C + 1)) / ((1 + B) (C + 1)) of the first rows, which are `stride` apart; and r, z, n, m of
   * each unless `kept` is null.
   */
  KERNEL_INLINE void storeNextStates(int64_t rows, const float* h, float* next, int64_t stride, float* kept,
                                     int64_t keptStride) {
    each(rows, [&](int64_t i) { store(r + i, reciprocal(cappedPower(load(r + i)) + 1.0f)); });
    each(rows, [&](int64_t i) { store(b + i, cappedPower(load(b + i))); });
    each(rows, [&](int64_t i) { store(c + i, cappedPowerLessOne(load(r + i) * load(m + i) + load(c + i))); });
    for (int64_t row = 0; row < rows; row++) {
      const int64_t i = row * kLanes;
      const Vec powerB = load(b + i), lessOne = load(c + i);
      const Vec ofZ = powerB + 1.0f, ofN = lessOne + 2.0f, inverse = reciprocal(ofZ * ofN);
      // Not by z and n: the compiler might fuse the product that n is into the sums only where n isn't kept, and a pass
      // without gradients would have other bits.
      store(next + row * stride, (powerB * lessOne + load(h + row * stride) * ofN) * inverse);
      if (!kept) continue;
      float* to = kept + row * keptStride;
      store(to, load(r + i));
      store(to + kLanes, ofN * inverse);
      store(to + 2 * kLanes, lessOne * (ofZ * inverse));
      store(to + 3 * kLanes, load(m + i));
    }
  }

 private:
  template <class Body>
  static KERNEL_INLINE void each(int64_t rows, Body body) {
    _Pragma("GCC unroll 2") for (int64_t i = 0; i < rows * kLanes; i += kLanes) body(i);
  }

  static KERNEL_INLINE Vec cappedPower(Vec exponent) {
    const Power p = power(clamp(exponent, kSaturated), 1.0f);
    return p.scale * powerOfTwo(p.f);
  }

  /** Without loss of digits where the power is near one. */
  static KERNEL_INLINE Vec cappedPowerLessOne(Vec exponent) {
    const Power p = power(clamp(exponent, kSaturated), 1.0f);
    return p.scale * powerOfTwoLessOne(p.f) + (p.scale - 1.0f);
  }
};

}  // namespace kernels::KERNEL_ISA
