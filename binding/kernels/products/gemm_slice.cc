// C = A B + bias, summed as MKL does on many CPUs: within a block of the depth each element is one chain of fused
// multiply-adds that begins at zero, and C = bias + block + block + ... from left to right.
//
// As in "Anatomy of High-Performance Matrix Multiplication" (Goto and van de Geijn, 2008), a panel of B's columns is
// packed to stay in the first cache while all rows of A go by, and a tile of C stays in registers while the depth runs
// by. A is read where it lies if its rows do; else its tiles are packed, too, for elements a power of two apart would
// fall into a few sets of the cache.
#include "gemm_slice.h"

#include "pack_lines.h"
#include "tile.h"

namespace kernels::KERNEL_ISA {
namespace {

// Tiles are what the registers hold beside the vectors of B, 32 of them with AVX-512 and 16 elsewhere. Where the loop
// is short, wide tiles need the fewest loads.
constexpr int kMostVectors = panelVectors(kLanes);
constexpr int kTileRows = kLanes == 16 ? 9 : 4;

int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

Lines from(const Lines& lines, int64_t line, int64_t k) {
  return {lines.data + line * lines.lineStride + k * lines.depthStride, lines.lineStride, lines.depthStride};
}

/** Whole vectors of neighbouring lines: element k of all of them at packed[k * Vectors * kLanes]. */
template <int Vectors>
__attribute__((noinline)) void packNeighbours(Lines lines, int64_t depth, float* packed) {
  for (int64_t k = 0; k < depth; k++) {
    KERNEL_UNROLL for (int v = 0; v < Vectors; v++) {
      store(packed + (k * Vectors + v) * kLanes, load(lines.data + k * lines.depthStride + v * kLanes));
    }
  }
}

/** Some columns of B, a whole number of vectors when packed. */
struct Panel {
  int64_t first, columns, vectors;

  // Three, but the last four in two halves: a panel of one vector has too few chains to keep the units busy.
  Panel(int64_t first, int64_t all) : first(first) {
    const int64_t left = (all - first + kLanes - 1) / kLanes;
    vectors = left == 4 ? 2 : least(left, kMostVectors);
    columns = least(all - first, vectors * kLanes);
  }
};

/** Element k of all columns together, of which `b` begins with the first. */
void packPanel(const Lines& b, const Panel& panel, int64_t depth, float* packed) {
  if (b.lineStride == 1 && panel.columns == panel.vectors * kLanes) {
    withConstant<kMostVectors>(panel.vectors,
                               [&](auto vectors) { packNeighbours<decltype(vectors)::value>(b, depth, packed); });
    return;
  }
  for (int64_t i = 0; i < panel.columns; i += kLanes) {
    packLines(from(b, i, 0), least(panel.columns - i, kLanes), depth, packed + i, panel.vectors * kLanes);
  }
}

/** Some of the depth, whose first row is `first`. */
struct Block {
  int64_t first, depth;
  bool isLast;
};

/**
 * C = before + A B for one tile; `before` is the bias, C itself, or null for zeros. `a` is no copy: to copy two numbers
 * just stored as one vector would wait for all stores before.
 */
template <int Rows, int Vectors>
__attribute__((noinline)) void tile(int64_t depth, const Strided& a, const float* b, const float* before,
                                    int64_t beforeStride, float* c, int64_t cStride, int64_t columns) {
  const Vec zero = broadcast(depth == 1 ? -0.0f : 0.0f);  // -0 leaves a single product as it is, to be -0, too
  Vec sum[Rows][Vectors];
  KERNEL_UNROLL for (int r = 0; r < Rows; r++) KERNEL_UNROLL for (int v = 0; v < Vectors; v++) sum[r][v] = zero;
  accumulate<Rows, Vectors>(depth, a, b, Vectors * kLanes, sum);
  if (columns == Vectors * kLanes) {
    KERNEL_UNROLL for (int r = 0; r < Rows; r++) KERNEL_UNROLL for (int v = 0; v < Vectors; v++) {
      if (before) sum[r][v] += load(before + r * beforeStride + v * kLanes);
      store(c + r * cStride + v * kLanes, sum[r][v]);
    }
    return;
  }
  float sums[Rows][Vectors * kLanes];
  KERNEL_UNROLL for (int r = 0; r < Rows; r++) KERNEL_UNROLL for (int v = 0; v < Vectors; v++) {
    store(sums[r] + v * kLanes, sum[r][v]);
  }
  for (int r = 0; r < Rows; r++) {
    for (int64_t i = 0; i < columns; i++) {
      c[r * cStride + i] = before ? before[r * beforeStride + i] + sums[r][i] : sums[r][i];
    }
  }
}

/** Some rows and columns of C, which are still in the first cache, with x and y made result(x, y). */
template <class Result>
KERNEL_INLINE void finishTile(const GemmSlice& s, int64_t firstRow, int64_t rows, int64_t firstColumn, int64_t columns,
                              Result result) {
  for (int64_t row = firstRow; row < firstRow + rows; row++) {
    float* c = s.c + row * s.cStride + firstColumn;
    const float* activated = s.activated ? s.activated + row * s.cStride + firstColumn : c;
    int64_t i = 0;
    for (; i + kLanes <= columns; i += kLanes) store(c + i, result(load(c + i), load(activated + i)));
    for (; i < columns; i++) c[i] = result(broadcast(c[i]), broadcast(activated[i]))[0];
  }
}

__attribute__((noinline)) void finish(const GemmSlice& s, int64_t firstRow, int64_t rows, int64_t firstColumn,
                                      int64_t columns) {
  const auto finishBy = [&](auto result) { finishTile(s, firstRow, rows, firstColumn, columns, result); };
  const Vec zero = {}, slope = broadcast(s.slope);
  switch (s.epilogue) {
    case Epilogue::relu:
      return finishBy([&](Vec x, Vec y) { return y <= zero ? zero : x; });
    case Epilogue::leakyRelu:
      return finishBy([&](Vec x, Vec y) { return y > zero ? x : slope * x; });
    case Epilogue::tanhGradient:
      return finishBy([&](Vec x, Vec y) { return x * (1.0f - y * y); });
    case Epilogue::none:
      return;
  }
}

void multiplyPanel(const GemmSlice& s, const Block& block, const Panel& panel) {
  forEachTile<kTileRows>(s.rows, [&](auto tileRows, int64_t row) {
    constexpr int kRows = decltype(tileRows)::value;
    const Lines lines = from(s.a, row, block.first);
    const Strided a = s.packedA ? Strided{s.packedA + block.first * s.rows + row * block.depth, 1, kRows}
                                : Strided{lines.data, lines.lineStride, lines.depthStride};
    float* c = s.c + row * s.cStride + panel.first;
    const bool isOnC = s.isAdded || block.first > 0;
    const float* before = isOnC ? c : s.bias ? s.bias + panel.first : nullptr;
    withConstant<kMostVectors>(panel.vectors, [&](auto vectors) {
      tile<kRows, decltype(vectors)::value>(block.depth, a, s.panel, before, isOnC ? s.cStride : 0, c, s.cStride,
                                            panel.columns);
    });
    if (block.isLast) finish(s, row, kRows, panel.first, panel.columns);
  });
}

}  // namespace

// The tiles of a block one after another, each with element k of all its rows together.
void gemmPackLeft(const Lines& a, int64_t rows, const Blocks& blocks, float* packed) {
  for (int64_t block = 0, first = 0; block < blocks.count; first += blocks.depths[block++]) {
    const int64_t depth = blocks.depths[block];
    forEachTile<kTileRows>(rows, [&](auto tileRows, int64_t row) {
      constexpr int kRows = decltype(tileRows)::value;
      const Lines tile = from(a, row, first);
      float* to = packed + first * rows + row * depth;
      for (int64_t k = 0; k < depth; k++) {
        __builtin_memcpy(to + k * kRows, tile.data + k * tile.depthStride, kRows * sizeof(float));
      }
    });
  }
}

void gemm(const GemmSlice& s) {
  for (int64_t i = 0, k = 0; i < s.blocks.count; k += s.blocks.depths[i++]) {
    const Block block{k, s.blocks.depths[i], i + 1 == s.blocks.count};
    for (Panel panel(0, s.columns); panel.columns > 0; panel = Panel(panel.first + panel.columns, s.columns)) {
      packPanel(from(s.b, panel.first, k), panel, block.depth, s.panel);
      multiplyPanel(s, block, panel);
    }
  }
}

// `parts` are those after the first, laid out as C and `stride` apart.
void gemmAddParts(const GemmSlice& s, const float* parts, int64_t count, int64_t stride) {
  const auto sum = [&](const float* part, auto load) {
    auto total = load(part);
    for (int64_t i = 1; i < count; i++) total += load(part + i * stride);
    return total;
  };
  for (int64_t row = 0; row < s.rows; row++) {
    float* c = s.c + row * s.cStride;
    const float* part = parts + row * s.cStride;
    int64_t i = 0;
    for (; i + kLanes <= s.columns; i += kLanes) store(c + i, load(c + i) + sum(part + i, load));
    for (; i < s.columns; i++) c[i] += sum(part + i, [](const float* p) { return *p; });
  }
  finish(s, 0, s.rows, 0, s.columns);
}

}  // namespace kernels::KERNEL_ISA
