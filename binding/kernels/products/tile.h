// The inner loop of every product here: a tile of rows × vectors of the result stays in registers while the depth of
// the product runs by. Each element is one chain of fused multiply-adds in the order of the depth, however large the
// tile.
#pragma once

#include "../vectors/simd.h"

namespace kernels::KERNEL_ISA {

template <int n>
struct Constant {
  static constexpr int value = n;
};

/** A matrix whose element (row, column) is at data[row * rowStride + column * columnStride]. */
struct Strided {
  const float* data;
  int64_t rowStride, columnStride;
};

/**
 * sum += a b, with a (rows, depth) by single elements and b (depth, vectors · kLanes) by vectors. Only for
 * `Chains` = 1 is the order of the sum that of the depth; more of them hide the latency of a small tile.
 */
template <int Rows, int Vectors, int Chains = 1>
KERNEL_INLINE void accumulate(int64_t depth, Strided a, const float* b, int64_t bStride, Vec (&sum)[Rows][Vectors]) {
  Vec chains[Chains][Rows][Vectors] = {};
  KERNEL_UNROLL for (int r = 0; r < Rows; r++) KERNEL_UNROLL for (int v = 0; v < Vectors; v++) chains[0][r][v] =
      sum[r][v];
  const float* ak = a.data;
  int64_t k = 0;
  for (; k + Chains <= depth; k += Chains) {
    KERNEL_UNROLL for (int c = 0; c < Chains; c++) {
      Vec bk[Vectors];
      KERNEL_UNROLL for (int v = 0; v < Vectors; v++) bk[v] = load(b + v * kLanes);
      KERNEL_UNROLL for (int r = 0; r < Rows; r++) {
        const Vec ar = broadcast(ak[r * a.rowStride]);
        KERNEL_UNROLL for (int v = 0; v < Vectors; v++) chains[c][r][v] = ar * bk[v] + chains[c][r][v];
      }
      ak += a.columnStride;
      b += bStride;
    }
  }
  if constexpr (Chains > 1) {
    for (; k < depth; k++, ak += a.columnStride, b += bStride) {
      KERNEL_UNROLL for (int r = 0; r < Rows; r++) KERNEL_UNROLL for (int v = 0; v < Vectors; v++) {
        chains[0][r][v] = broadcast(ak[r * a.rowStride]) * load(b + v * kLanes) + chains[0][r][v];
      }
    }
  }
  KERNEL_UNROLL for (int r = 0; r < Rows; r++) KERNEL_UNROLL for (int v = 0; v < Vectors; v++) {
    sum[r][v] = chains[0][r][v];
    KERNEL_UNROLL for (int c = 1; c < Chains; c++) sum[r][v] += chains[c][r][v];
  }
}

/** Chains that a tile needs to keep two units busy, each with a latency of four. */
constexpr int chainsFor(int rows, int vectors) { return rows * vectors >= 8 ? 1 : rows * vectors >= 4 ? 2 : 4; }

/** body(Constant<n>) for a run-time n of at most `Most`. */
template <int Most, class Body>
KERNEL_INLINE void withConstant(int64_t n, Body body) {
  if (n == Most) {
    body(Constant<Most>{});
  } else if constexpr (Most > 1) {
    withConstant<Most - 1>(n, body);
  }
}

/** Rows [0, count) in tiles of nearly equal size, none above `Most`: body(Constant<rows>, first). */
template <int Most, class Body>
KERNEL_INLINE void forEachTile(int64_t count, Body body) {
  const int64_t tiles = (count + Most - 1) / Most;
  for (int64_t i = 0; i < tiles; i++) {
    const int64_t first = i * count / tiles;
    withConstant<Most>((i + 1) * count / tiles - first, [&](auto rows) { body(rows, first); });
  }
}

}  // namespace kernels::KERNEL_ISA
