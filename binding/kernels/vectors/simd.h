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
// A typedef, for clang ignores the alignment in an alias declaration.
typedef float UnalignedVec __attribute__((vector_size(4 * kLanes), aligned(4), may_alias));

KERNEL_INLINE Vec load(const float* p) { return *reinterpret_cast<const UnalignedVec*>(p); }
KERNEL_INLINE void store(float* p, Vec v) { *reinterpret_cast<UnalignedVec*>(p) = v; }
KERNEL_INLINE Vec broadcast(float x) { return x - Vec{}; }

constexpr int kCacheLine = 16;  // floats

// Fetching ahead saves a hundredth where vectors are short, and costs some where they are whole cache lines.
constexpr bool kFetchesAhead = kLanes < kCacheLine;

/** Begins to fetch the cache lines of some vectors, of which p is the first. */
template <int vectors>
KERNEL_INLINE void prefetch(const float* p) {
  if (!kFetchesAhead) return;
  KERNEL_UNROLL for (int i = 0; i < vectors * kLanes; i += kCacheLine) __builtin_prefetch(p + i);
}

template <int vectors>
KERNEL_INLINE void prefetchToWrite(const float* p) {
  if (!kFetchesAhead) return;
  KERNEL_UNROLL for (int i = 0; i < vectors * kLanes; i += kCacheLine) __builtin_prefetch(p + i, 1);
}

/** (0, 1, 2, ...) */
KERNEL_INLINE UintVec laneNumbers() {
  UintVec lanes;
  KERNEL_UNROLL for (int i = 0; i < kLanes; i++) lanes[i] = i;
  return lanes;
}

/** a and b with their lanes in turn: a0 b0 a1 b1 ..., its first or second half. */
KERNEL_INLINE Vec interleave(Vec a, Vec b, bool isSecond) {
  const int first = isSecond ? kLanes / 2 : 0;
#ifdef __clang__
  Vec result;  // lanes one by one become one instruction
  KERNEL_UNROLL for (int i = 0; i < kLanes; i++) result[i] = (i % 2 ? b : a)[first + i / 2];
  return result;
#else
  IntVec order;
  KERNEL_UNROLL for (int i = 0; i < kLanes; i++) order[i] = first + i / 2 + (i % 2 ? kLanes : 0);
  return __builtin_shuffle(a, b, order);
#endif
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
