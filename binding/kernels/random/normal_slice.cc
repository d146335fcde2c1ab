// Standard normal numbers as libtorch draws them on the CPU: the 24 low bits of each output of a Mersenne Twister are a
// uniform number u in [0, 1), and eight pairs of them become sixteen normal ones by Box and Muller's
//
//   sqrt(-2 ln(1 - u)) cos(2π v)    and    sqrt(-2 ln(1 - u)) sin(2π v)
//
// libtorch calls its twister for each number. Here the twister's words are made one after another as the recurrence
// that they are, and all else by vectors.
#include "normal_slice.h"

#include "../vectors/simd_math.h"

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

// libtorch's logarithm, sine and cosine are Cephes' with these roundings.

/** ln u for u in [2^-24, 1]. */
KERNEL_INLINE Vec cephesLog(Vec u) {
  const IntVec bits = reinterpret_cast<IntVec>(u);
  const Vec half = reinterpret_cast<Vec>((bits & 0x7fffff) | 0x3f000000);  // u / 2^exponent, in [0.5, 1)
  const IntVec isDoubled = half < 0.707106781186547524f;
  const Vec exponent = __builtin_convertvector((bits >> 23) - 0x7e + isDoubled, Vec);
  const Vec x = (half - 1.0f) + (isDoubled ? half : Vec{}), square = x * x;
  Vec p = multiplyAdd(broadcast(7.0376836292e-2f), x, broadcast(-1.1514610310e-1f));
  p = multiplyAdd(p, x, broadcast(1.1676998740e-1f));
  p = multiplyAdd(p, x, broadcast(-1.2420140846e-1f));
  p = multiplyAdd(p, x, broadcast(1.4249322787e-1f));
  p = multiplyAdd(p, x, broadcast(-1.6668057665e-1f));
  p = multiplyAdd(p, x, broadcast(2.0000714765e-1f));
  p = multiplyAdd(p, x, broadcast(-2.4999993993e-1f));
  p = multiplyAdd(p, x, broadcast(3.3333331174e-1f));
  p = multiplyAdd(p * x, square, exponent * -2.12194440e-4f);
  p = multiplyAdd(-square, broadcast(0.5f), p);
  return multiplyAdd(exponent, broadcast(0.693359375f), x + p);
}

struct SineAndCosine {
  Vec sine, cosine;
};

/** Of an angle from 0 to 2π. */
KERNEL_INLINE SineAndCosine cephesSineAndCosine(Vec angle) {
  const IntVec octant = (__builtin_convertvector(angle * 1.27323954473516f, IntVec) + 1) & ~1;
  const Vec octants = __builtin_convertvector(octant, Vec);
  Vec x = multiplyAdd(octants, broadcast(-0.78515625f), angle);
  x = multiplyAdd(octants, broadcast(-2.4187564849853515625e-4f), x);
  x = multiplyAdd(octants, broadcast(-3.77489497744594108e-8f), x);
  const Vec square = x * x;
  Vec cosine = multiplyAdd(broadcast(2.443315711809948e-5f), square, broadcast(-1.388731625493765e-3f));
  cosine = multiplyAdd(cosine, square, broadcast(4.166664568298827e-2f));
  cosine = multiplyAdd(cosine * square, square, square * -0.5f) + 1.0f;
  Vec sine = multiplyAdd(broadcast(-1.9515295891e-4f), square, broadcast(8.3321608736e-3f));
  sine = multiplyAdd(sine, square, broadcast(-1.6666654611e-1f));
  sine = multiplyAdd(sine * square, x, x);
  const IntVec isSwapped = (octant & 2) != 0;
  const IntVec sineSign = (octant & 4) << 29, cosineSign = (~(octant - 2) & 4) << 29;
  return {reinterpret_cast<Vec>(reinterpret_cast<IntVec>(isSwapped ? cosine : sine) ^ sineSign),
          reinterpret_cast<Vec>(reinterpret_cast<IntVec>(isSwapped ? sine : cosine) ^ cosineSign)};
}

/** By uniform numbers u and v, in place. */
KERNEL_INLINE void boxMuller(float* u, float* v) {
  const Vec radius = squareRoot(-2.0f * cephesLog(1.0f - load(u)));
  const auto [sine, cosine] = cephesSineAndCosine(load(v) * (2.0f * 3.14159265f));
  store(u, radius * cosine + 0.0f);  // as libtorch adds the mean, which turns -0 to 0
  store(v, radius * sine + 0.0f);
}

}  // namespace

void twist(uint32_t* words, int64_t count) {
  const uint32_t* before = words - kTwisterSize;
  for (int64_t i = 0; i < count; i++) words[i] = before[i + kShift] ^ twisted(before[i], before[i + 1]);
}

void normals(const uint32_t* words, int64_t blocks, float* out) {
  constexpr int64_t kTogether = 64, kPairs = kNormalBlock / 2;  // blocks, which stay in the first cache
  constexpr auto kHalf = kPairs * sizeof(float);
  float u[kTogether * kPairs] = {}, v[kTogether * kPairs] = {};
  for (int64_t first = 0; first < blocks; first += kTogether) {
    const int64_t count = blocks - first < kTogether ? blocks - first : kTogether;
    float* data = out + first * kNormalBlock;
    uniforms(words + first * kNormalBlock, count * kNormalBlock, data);
    for (int64_t i = 0; i < count; i++) {
      __builtin_memcpy(u + i * kPairs, data + i * kNormalBlock, kHalf);
      __builtin_memcpy(v + i * kPairs, data + i * kNormalBlock + kPairs, kHalf);
    }
    for (int64_t i = 0; i < count * kPairs; i += kLanes) boxMuller(u + i, v + i);
    for (int64_t i = 0; i < count; i++) {
      __builtin_memcpy(data + i * kNormalBlock, u + i * kPairs, kHalf);
      __builtin_memcpy(data + i * kNormalBlock + kPairs, v + i * kPairs, kHalf);
    }
  }
}

}  // namespace kernels::KERNEL_ISA
