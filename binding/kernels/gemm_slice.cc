// C = A B + bias, summed as MKL does on many CPUs: within a block of the depth each element is one chain of fused
// multiply-adds that begins at zero, and C = bias + block + block + ... from left to right.
//
// As in "Anatomy of High-Performance Matrix Multiplication" (Goto and van de Geijn, 2008), a block of B's columns is
// packed into panels, which stay in the second cache, and a tile of C stays in registers while the block's depth runs
// by. A is read where it lies: of each element only one copy goes into a register, in whichever order.
#include "gemm_slice.h"

#include "kernels.h"
#include "tile.h"

namespace kernels::KERNEL_ISA {
namespace {

// What the registers hold beside two vectors of B, 32 of them with AVX-512 and 16 elsewhere.
constexpr int kTileRows = kLanes == 16 ? 14 : kLanes == 8 ? 6 : 4;
constexpr int kPanel = 2 * kLanes;

/** Up to kLanes lines, zeros for those that lack: element k of all of them at packed[k * stride]. */
__attribute__((noinline)) void packLines(const Lines& lines, int64_t count, int64_t depth, float* packed,
                                         int64_t stride) {
  int64_t k = 0;
  if (count == kLanes && lines.lineStride == 1) {
    for (; k < depth; k++) store(packed + k * stride, load(lines.data + k * lines.depthStride));
  } else if (lines.depthStride == 1) {
    for (; k + kLanes <= depth; k += kLanes) {
      Vec block[kLanes] = {};
      KERNEL_UNROLL for (int i = 0; i < kLanes; i++) {
        if (i < count) block[i] = load(lines.data + i * lines.lineStride + k);
      }
      transpose(block);
      KERNEL_UNROLL for (int i = 0; i < kLanes; i++) store(packed + (k + i) * stride, block[i]);
    }
  }
  for (; k < depth; k++) {
    for (int64_t i = 0; i < kLanes; i++) {
      packed[k * stride + i] = i < count ? lines.data[i * lines.lineStride + k * lines.depthStride] : 0.0f;
    }
  }
}

/** The first `count` lanes. */
KERNEL_INLINE Vec loadSome(const float* p, int64_t count) {
  if (count >= kLanes) return load(p);
  float lanes[kLanes] = {};
  for (int64_t i = 0; i < count; i++) lanes[i] = p[i];
  return load(lanes);
}

KERNEL_INLINE void storeSome(float* p, Vec v, int64_t count) {
  if (count >= kLanes) return store(p, v);
  for (int64_t i = 0; i < count; i++) p[i] = v[i];
}

/** C = before + A B for one tile; `before` is the bias, C itself, or null for zeros. */
template <int Rows, int Vectors>
__attribute__((noinline)) void tile(int64_t depth, Strided a, const float* b, const float* before, int64_t beforeStride,
                                    float* c, int64_t cStride, int64_t columns) {
  Vec sum[Rows][Vectors] = {};
  accumulate<Rows, Vectors>(depth, a, b, kPanel, sum);
  KERNEL_UNROLL for (int r = 0; r < Rows; r++) KERNEL_UNROLL for (int v = 0; v < Vectors; v++) {
    const int64_t count = columns - v * kLanes;
    if (before) sum[r][v] += loadSome(before + r * beforeStride + v * kLanes, count);
    storeSome(c + r * cStride + v * kLanes, sum[r][v], count);
  }
}

Lines from(const Lines& lines, int64_t line, int64_t k) {
  return {lines.data + line * lines.lineStride + k * lines.depthStride, lines.lineStride, lines.depthStride};
}

int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

}  // namespace

void gemm(const GemmSlice& s) {
  for (int64_t k = 0; k < s.depth; k += s.blockDepth) {
    const int64_t depth = least(s.depth - k, s.blockDepth);
    for (int64_t column = 0; column < s.columns; column += kLanes) {
      float* to = s.packed + column / kPanel * kPanel * depth + column % kPanel;
      packLines(from(s.b, column, k), least(s.columns - column, kLanes), depth, to, kPanel);
    }
    const bool isFirst = k == 0;
    forEachTile<kTileRows>(s.rows, [&](auto tileRows, int64_t row) {
      constexpr int kRows = decltype(tileRows)::value;
      const Lines lines = from(s.a, row, k);
      const Strided a{lines.data, lines.lineStride, lines.depthStride};
      for (int64_t column = 0; column < s.columns; column += kPanel) {
        float* c = s.c + row * s.cStride + column;
        const float* before = !isFirst ? c : s.bias ? s.bias + column : nullptr;
        const int64_t beforeStride = isFirst ? 0 : s.cStride, columns = s.columns - column;
        const float* b = s.packed + column * depth;
        if (columns > kLanes) {
          tile<kRows, 2>(depth, a, b, before, beforeStride, c, s.cStride, columns);
        } else {
          tile<kRows, 1>(depth, a, b, before, beforeStride, c, s.cStride, columns);
        }
      }
    });
  }
}

}  // namespace kernels::KERNEL_ISA
