// The random numbers of a forecast. They are counted, not drawn one after another: a step of a path has one block of
// Philox 4x32-10, a hash of the seed, the path and the step (Salmon et al., "Parallel Random Numbers: As Easy as 1, 2,
// 3", 2011). So a path's numbers depend neither on how many paths there are, nor on the threads, nor on the order.
#pragma once

#include "../vectors/simd_math.h"
#include "rollout_slice.h"

namespace kernels::KERNEL_ISA {

struct Wide {
  UintVec high, low;
};

/** The 64 bits of x m. */
KERNEL_INLINE Wide multiply(UintVec x, uint32_t m) {
  using Pairs = uint64_t __attribute__((vector_size(4 * kLanes)));
  constexpr uint64_t kLow = 0xffffffff;
  const Pairs pairs = reinterpret_cast<Pairs>(x);
  const Pairs even = (pairs & kLow) * m, odd = (pairs >> 32) * m;
  return {reinterpret_cast<UintVec>((even >> 32) | (odd & ~kLow)),
          reinterpret_cast<UintVec>((even & kLow) | (odd << 32))};
}

struct PhiloxBlock {
  UintVec word[4];
};

KERNEL_INLINE PhiloxBlock philox(PhiloxBlock counter, uint64_t key) {
  UintVec(&c)[4] = counter.word;
  uint32_t low = static_cast<uint32_t>(key), high = static_cast<uint32_t>(key >> 32);
  KERNEL_UNROLL for (int round = 0; round < 10; round++) {
    const Wide first = multiply(c[0], 0xd2511f53), second = multiply(c[2], 0xcd9e8d57);
    c[0] = second.high ^ c[1] ^ low;
    c[1] = second.low;
    c[2] = first.high ^ c[3] ^ high;
    c[3] = first.low;
    low += 0x9e3779b9;
    high += 0xbb67ae85;
  }
  return counter;
}

struct Noise {
  Vec uniform;  // [0, 1), 24 bits
  Vec normal;
};

/** cos(2π x) for |x| <= 1/2, as sin(2π s) of s = 1/4 - |x|: s q(s²) with the minimax polynomial q, to 5e-9. */
KERNEL_INLINE Vec cosineOfTurns(Vec x) {
  const Vec s = 0.25f - (x < 0.0f ? -x : x), square = s * s;
  Vec q = square * 39.711067f - 76.57501f;
  q = q * square + 81.602234f;
  q = q * square - 41.34168f;
  q = q * square + 6.2831855f;
  return s * q;
}

/**
 * The numbers of kLanes paths: one word for the uniform number, two for a normal one by Box and Muller's
 * sqrt(-2 ln u) cos(2π v), u and v of 32 bits.
 */
KERNEL_INLINE Noise noiseOf(PathNoise of) {
  const uint64_t first = static_cast<uint64_t>(of.firstPath), step = static_cast<uint64_t>(of.step);
  const UintVec zero = {}, low = laneNumbers() + static_cast<uint32_t>(first);
  const UintVec carry = reinterpret_cast<UintVec>(low < static_cast<uint32_t>(first));  // -1 for one
  const PhiloxBlock words = philox({{low, static_cast<uint32_t>(first >> 32) - carry,
                                     zero + static_cast<uint32_t>(step), zero + static_cast<uint32_t>(step >> 32)}},
                                   of.seed);
  const Vec u = __builtin_convertvector(words.word[1], Vec) * 0x1p-32f + 0x1p-33f;  // (0, 1]
  const Vec v = __builtin_convertvector(reinterpret_cast<IntVec>(words.word[2]), Vec) * 0x1p-32f;
  return {__builtin_convertvector(words.word[0] >> 8, Vec) * 0x1p-24f, squareRoot(-2.0f * log(u)) * cosineOfTurns(v)};
}

}  // namespace kernels::KERNEL_ISA
