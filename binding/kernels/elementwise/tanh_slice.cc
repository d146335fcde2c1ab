// tanh |x| = e / (e + 2) with e = exp(2|x|) - 1, by double numbers. With 2|x| log2(e) = n + f, n whole and |f| <= 1/2,
//
//   exp(2|x|) - 1 = 2^n f p(f) + (2^n - 1),    p(f) = (2^f - 1) / f
//
// loses no digits where x is small. p is the minimax polynomial of degree 7, to 4.5e-12, so that a float, which has
// 2^-24 = 6e-8, is nearly always rounded as the exact result would be.
#include "tanh_slice.h"

#include "../vectors/simd_math.h"

namespace kernels::KERNEL_ISA {
namespace {

constexpr int kDoubles = kLanes / 2;
constexpr int64_t kTogether = 64;  // numbers, a bit of `doubtful` for each
constexpr float kOneFrom = 20.0f;  // all results are

using Half = float __attribute__((vector_size(4 * kDoubles)));
using HalfBits = int32_t __attribute__((vector_size(4 * kDoubles)));
typedef float UnalignedHalf __attribute__((vector_size(4 * kDoubles), aligned(4), may_alias));
using DoubleVec = double __attribute__((vector_size(8 * kDoubles)));
using LongVec = int64_t __attribute__((vector_size(8 * kDoubles)));

KERNEL_INLINE DoubleVec doubles(Half x) {
#if defined(__AVX512F__)
  return _mm512_maskz_cvtps_pd(0xff, x);  // GCC 12 makes four instructions of the last
#elif defined(__AVX2__)
  return _mm256_cvtps_pd(x);
#else
  return __builtin_convertvector(x, DoubleVec);
#endif
}

/** A bit for each lane, set where it is zero. */
KERNEL_INLINE uint64_t zeros(LongVec v) {
#if defined(__AVX512F__)
  return _mm512_testn_epi64_mask(reinterpret_cast<__m512i>(v), reinterpret_cast<__m512i>(v));
#elif defined(__AVX2__)
  return static_cast<uint64_t>(_mm256_movemask_pd(reinterpret_cast<__m256d>(v == 0)));
#else
  uint64_t bits = 0;
  KERNEL_UNROLL for (int i = 0; i < kDoubles; i++) bits |= static_cast<uint64_t>(v[i] == 0) << i;
  return bits;
#endif
}

// e of x >= 0. Adding 1.5 · 2^52 rounds to a whole number and leaves it in the low bits; 1023 is the bias of a double's
// exponent.
KERNEL_INLINE DoubleVec powerLessOne(DoubleVec x) {
  constexpr double kTwiceLog2E = 2.8853900817779268, kRound = 6755399441055744.0 + 1023.0;
  const DoubleVec rounded = x * kTwiceLog2E + kRound;
  const DoubleVec f = x * kTwiceLog2E - (rounded - kRound);
  const DoubleVec scale = reinterpret_cast<DoubleVec>(reinterpret_cast<LongVec>(rounded) << 52);
  DoubleVec p = f * 1.3215476998808278e-06 + 1.5303609837515253e-05;
  p = p * f + 0.00015403629589874745;
  p = p * f + 0.0013333478814240955;
  p = p * f + 0.009618128942529695;
  p = p * f + 0.0555041090600695;
  p = p * f + 0.24022650696489162;
  p = p * f + 0.6931471805568766;
  return scale * f * p + (scale - 1.0);
}

/** A bit for each lane, set where a double is within 1/64 of a float's last place of the middle between two floats. */
KERNEL_INLINE uint64_t nearMiddle(DoubleVec y) {
  constexpr int64_t kLastPlace = 1 << 29, kNear = kLastPlace / 64;  // in last places of a double
  const LongVec fromNear = reinterpret_cast<LongVec>(y) - (kLastPlace / 2 - kNear);
  return zeros(fromNear & (kLastPlace - 2 * kNear));
}

KERNEL_INLINE Half loadHalf(const float* p) { return *reinterpret_cast<const UnalignedHalf*>(p); }

/**
 * Whole vectors of at most kTogether numbers, in two loops: the operations of one vector wait for each other, and the
 * CPU looks ahead for others' only so far.
 */
KERNEL_INLINE uint64_t tanh(const float* x, int64_t count, float* results) {
  alignas(DoubleVec) double powers[kTogether];
  for (int64_t i = 0; i < count; i += kDoubles) {
    const Half magnitude = reinterpret_cast<Half>(reinterpret_cast<HalfBits>(loadHalf(x + i)) & INT32_MAX);
    const Half capped = magnitude > kOneFrom ? kOneFrom - Half{} : magnitude;
    *reinterpret_cast<DoubleVec*>(powers + i) = powerLessOne(doubles(capped));
  }
  uint64_t doubtful = 0;
  for (int64_t i = 0; i < count; i += kDoubles) {
    const DoubleVec e = *reinterpret_cast<const DoubleVec*>(powers + i), y = e / (e + 2.0);
    const HalfBits sign = reinterpret_cast<HalfBits>(loadHalf(x + i)) & INT32_MIN;
    const HalfBits result = reinterpret_cast<HalfBits>(__builtin_convertvector(y, Half)) | sign;
    *reinterpret_cast<UnalignedHalf*>(results + i) = reinterpret_cast<Half>(result);
    doubtful |= nearMiddle(y) << i;
  }
  return doubtful;
}

}  // namespace

void tanhs(const TanhSlice& s) {
  for (int64_t first = 0; first < s.count; first += kTogether) {
    const int64_t count = s.count - first < kTogether ? s.count - first : kTogether;
    const int64_t whole = count / kDoubles * kDoubles, left = count - whole;
    const float* in = s.x + first;
    float* out = s.results + first;
    uint64_t doubtful = tanh(in, whole, out);
    if (left > 0) {
      float x[kDoubles] = {}, results[kDoubles];
      __builtin_memcpy(x, in + whole, left * sizeof(float));
      doubtful |= tanh(x, kDoubles, results) << whole;  // none for a zero
      __builtin_memcpy(out + whole, results, left * sizeof(float));
    }
    s.doubtful[first / kTogether] = doubtful;
  }
}

}  // namespace kernels::KERNEL_ISA
