// C = A B + bias, summed as MKL does on many CPUs: within a block of the depth each element is one chain of fused
// multiply-adds that begins at zero, and C = bias + block + block + ... from left to right.
//
// As in "Anatomy of High-Performance Matrix Multiplication" (Goto and van de Geijn, 2008), a panel of B's columns is
// packed to stay in the first cache while all rows of A go by, and a tile of C stays in registers while the depth runs
// by. A is read where it lies if its rows do; else its tiles are packed, too, for elements a power of two apart would
// fall into a few sets of the cache. The tile of C and the next panel are fetched meanwhile.
#include "gemm_slice.h"

#include "kernels.h"
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

/** Element k of all columns together. */
void packPanel(const PanelSource& source, int64_t vectors, float* packed) {
  const auto& [b, columns, depth] = source;
  if (b.lineStride == 1 && columns == vectors * kLanes) {
    withConstant<kMostVectors>(vectors,
                               [&](auto constant) { packNeighbours<decltype(constant)::value>(b, depth, packed); });
    return;
  }
  for (int64_t i = 0; i < columns; i += kLanes) {
    packLines(from(b, i, 0), least(columns - i, kLanes), depth, packed + i, vectors * kLanes);
  }
}

/**
 * Fetches those parts from `begin` to `end` of what the next panel is packed from, cut into `parts`, into the second
 * cache, for the first is full of this panel. Its numbers lie in runs.
 */
KERNEL_INLINE void prefetchParts(const PanelSource& next, int64_t begin, int64_t end, int64_t parts) {
  const bool isByDepth = next.b.lineStride == 1;
  const int64_t runs = isByDepth ? next.depth : next.columns, length = isByDepth ? next.columns : next.depth;
  const int64_t stride = isByDepth ? next.b.depthStride : next.b.lineStride;
  for (int64_t run = begin * runs / parts; run < end * runs / parts; run++) {
    for (int64_t i = 0; i < length; i += kCacheLine) __builtin_prefetch(next.b.data + run * stride + i, 0, 2);
  }
}

/** A panel of a block, the depth of whose first row is `k`. */
struct Place {
  int64_t block, k;
  Panel panel;
};

/** All panels of a block, then those of the next. */
Place after(const GemmSlice& s, const Place& place) {
  const int64_t column = place.panel.first + place.panel.columns;
  if (column < s.columns) return {place.block, place.k, Panel(column, s.columns)};
  return {place.block + 1, place.k + s.blocks.depths[place.block], Panel(0, s.columns)};
}

PanelSource sourceOf(const GemmSlice& s, const Place& place) {
  if (place.block == s.blocks.count) return s.next;
  return {from(s.b, place.panel.first, place.k), place.panel.columns, s.blocks.depths[place.block]};
}

/**
 * C = before + A B for one tile; `before` is the bias, C itself, or null for zeros. `a` is no copy: to copy two numbers
 * just stored as one vector would wait for all stores before.
 */
template <int Rows, int Vectors>
__attribute__((noinline)) void tile(int64_t depth, const Strided& a, const float* b, const float* before,
                                    int64_t beforeStride, float* c, int64_t cStride, int64_t columns) {
  KERNEL_UNROLL for (int r = 0; r < Rows; r++) prefetchToWrite<Vectors>(c + r * cStride);
  Vec sum[Rows][Vectors] = {};
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

void multiplyPanel(const GemmSlice& s, const Place& place, const PanelSource& next) {
  const auto& [block, k, panel] = place;
  const int64_t depth = s.blocks.depths[block];
  const bool isFirst = block == 0, isLast = block + 1 == s.blocks.count;
  forEachTile<kTileRows>(s.rows, [&](auto tileRows, int64_t row) {
    constexpr int kRows = decltype(tileRows)::value;
    prefetchParts(next, row, row + kRows, s.rows);
    const Lines lines = from(s.a, row, k);
    const Strided a = s.packedA ? Strided{s.packedA + k * s.rows + row * depth, 1, kRows}
                                : Strided{lines.data, lines.lineStride, lines.depthStride};
    float* c = s.c + row * s.cStride + panel.first;
    const bool isOnC = s.isAdded || !isFirst;
    const float* before = isOnC ? c : s.bias ? s.bias + panel.first : nullptr;
    withConstant<kMostVectors>(panel.vectors, [&](auto vectors) {
      tile<kRows, decltype(vectors)::value>(depth, a, s.panel, before, isOnC ? s.cStride : 0, c, s.cStride,
                                            panel.columns);
    });
    if (isLast) finish(s, row, kRows, panel.first, panel.columns);
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
  for (Place place{0, 0, Panel(0, s.columns)}; place.block < s.blocks.count; place = after(s, place)) {
    packPanel(sourceOf(s, place), place.panel.vectors, s.panel);
    multiplyPanel(s, place, sourceOf(s, after(s, place)));
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
