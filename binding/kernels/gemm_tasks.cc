#include "gemm_tasks.h"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <atomic>
#include <utility>

#include "kernels.h"

namespace kernels {
namespace {

constexpr int64_t kWorthAThread = 1 << 19;  // multiplications, some 5 µs
constexpr int64_t kPerElement = 32;         // multiplications in whose time an element of C is fetched and stored

int64_t roundUpDivide(int64_t a, int64_t b) { return (a + b - 1) / b; }

/** Whether the left matrix is read from a copy, for the elements of its rows are apart. */
bool isPacked(const GemmTask& task) { return task.a.rowStride() == 1; }

/** Of a left matrix that is packed only so much of the depth is at once, so that it stays in the second cache. */
int64_t depthAtOnce(const GemmTask& task) {
  constexpr int64_t kMostBlocks = 4;
  return isPacked(task) ? std::min(kMostBlocks * task.blockDepth, task.a.columns()) : task.a.columns();
}

/**
 * How the rows and columns of a product are cut, along the longer side first. Columns, of which a thread packs each but
 * once, are cut into several pieces for each thread: one on a slower core takes fewer of them. Each would pack the left
 * matrix anew if that is not packed at once.
 */
struct Cut {
  int64_t rows, columns;

  Cut(const GemmTask& task, int64_t mostThreads) {
    constexpr int64_t kPiecesPerThread = 4, kPanelsPerPiece = 2;
    const int64_t rowCount = task.a.rows(), columnCount = task.b.columns(), lanes = best().lanes;
    const int64_t work = rowCount * columnCount * (task.a.columns() + kPerElement);
    const int64_t threads = std::clamp<int64_t>(work / kWorthAThread, 1, mostThreads);
    const int64_t mostRows = roundUpDivide(rowCount, lanes), mostColumns = roundUpDivide(columnCount, lanes);
    if (rowCount > columnCount) {
      rows = std::min(threads, mostRows);
      columns = std::min(threads / rows, mostColumns);
    } else {
      columns = std::min(threads, mostColumns);
      rows = std::min(threads / columns, mostRows);
      const int64_t panels = mostColumns / (columns * panelVectors(lanes));  // of a thread
      const bool isDeep = depthAtOnce(task) < task.a.columns();
      if (threads > 1 && !isDeep) columns *= std::clamp<int64_t>(panels / kPanelsPerPiece, 1, kPiecesPerThread);
    }
  }
};

Lines from(Lines lines, int64_t line, int64_t k) {
  lines.data += line * lines.lineStride + k * lines.depthStride;
  return lines;
}

const float* at(const float* data, int64_t offset) { return data ? data + offset : nullptr; }

/** A task with its pieces, which are numbered by rows, and are done in parts of the depth. */
class Gemm {
 public:
  Gemm(const GemmTask& task, int64_t threads)
      : rows_(task.a.rows()),
        columns_(task.b.columns()),
        cut_(task, threads),
        isPacked_(kernels::isPacked(task)),
        depthAtOnce_(kernels::depthAtOnce(task)) {
    const Matrix &a = task.a, &b = task.b;
    const int64_t depth = a.columns();
    all_ = {.rows = rows_,
            .columns = columns_,
            .depth = depth,
            .blockDepth = std::min(task.blockDepth, depth),
            .a = {a.tensor.const_data_ptr<float>(), a.rowStride(), a.columnStride()},
            .b = {b.tensor.const_data_ptr<float>(), b.columnStride(), b.rowStride()},
            .packedA = nullptr,
            .bias = task.bias,
            .isAdded = task.isAdded,
            .rectifier = task.rectifier,
            .slope = task.slope,
            .signs = task.signs,
            .c = task.c.mutable_data_ptr<float>(),
            .cStride = columns_,
            .panel = nullptr};
  }

  int64_t pieces() const { return cut_.rows * cut_.columns; }
  /** Pieces of the same rows have the same packed part of A. */
  int64_t rowsOf(int64_t piece) const { return piece / cut_.columns; }
  int64_t panelSize() const { return panelVectors(best().lanes) * best().lanes * all_.blockDepth; }
  int64_t packedSize() const { return isPacked_ ? roundUpDivide(rows_, cut_.rows) * depthAtOnce_ : 0; }
  bool isPacked() const { return isPacked_; }
  int64_t depth() const { return all_.depth; }
  int64_t depthAtOnce() const { return depthAtOnce_; }

  /** The part of a piece that begins at k. */
  GemmSlice slice(int64_t piece, int64_t k) const {
    const int64_t lanes = best().lanes, vectors = roundUpDivide(columns_, lanes);
    const int64_t i = rowsOf(piece), j = piece % cut_.columns;
    const int64_t row = i * rows_ / cut_.rows, rowEnd = (i + 1) * rows_ / cut_.rows;
    const int64_t column = j * vectors / cut_.columns * lanes;
    const int64_t columnEnd = std::min((j + 1) * vectors / cut_.columns * lanes, columns_);
    GemmSlice slice = all_;
    slice.rows = rowEnd - row;
    slice.columns = columnEnd - column;
    slice.depth = std::min(all_.depth - k, depthAtOnce_);
    slice.a = from(all_.a, row, k);
    slice.b = from(all_.b, column, k);
    slice.bias = k == 0 ? at(all_.bias, column) : nullptr;
    slice.isAdded = all_.isAdded || k > 0;
    if (k + slice.depth < all_.depth) slice.rectifier = Rectifier::none;
    slice.signs = at(all_.signs, row * columns_ + column);
    slice.c += row * columns_ + column;
    return slice;
  }

 private:
  int64_t rows_, columns_;
  Cut cut_;
  bool isPacked_;
  int64_t depthAtOnce_;
  GemmSlice all_;
};

/** What a thread needs for pieces in the order of their numbers. */
class Worker {
 public:
  Worker(const std::vector<Gemm>& gemms, float* panel, float* packedA)
      : gemms_(gemms), panel_(panel), packedA_(packedA) {}

  /** A piece of all tasks' together. */
  void run(int64_t piece) {
    while (piece - before_ >= gemms_[gemm_].pieces()) {
      before_ += gemms_[gemm_++].pieces();
      packed_ = {-1, -1};
    }
    const Gemm& gemm = gemms_[gemm_];
    for (int64_t k = 0; k < gemm.depth(); k += gemm.depthAtOnce()) {
      GemmSlice slice = gemm.slice(piece - before_, k);
      slice.panel = panel_;
      if (gemm.isPacked()) slice.packedA = packed(slice, {gemm.rowsOf(piece - before_), k});
      best().gemm(slice);
    }
  }

 private:
  using Part = std::pair<int64_t, int64_t>;  // of the left matrix: rowsOf a piece, and the first k

  const float* packed(const GemmSlice& slice, const Part& part) {
    if (part != packed_) best().gemmPackLeft(slice.a, slice.rows, slice.depth, slice.blockDepth, packedA_);
    packed_ = part;
    return packedA_;
  }

  const std::vector<Gemm>& gemms_;
  float *panel_, *packedA_;
  size_t gemm_ = 0;
  int64_t before_ = 0;
  Part packed_{-1, -1};
};

}  // namespace

void runGemms(const std::vector<GemmTask>& tasks, int64_t mostThreads, const std::function<void()>& beside) {
  std::vector<Gemm> gemms;
  const int64_t besides = beside ? 1 : 0;
  int64_t pieces = besides, panelSize = 0, packedSize = 0;
  for (const GemmTask& task : tasks) {
    gemms.emplace_back(task, mostThreads);
    pieces += gemms.back().pieces();
    panelSize = std::max(panelSize, gemms.back().panelSize());
    packedSize = std::max(packedSize, gemms.back().packedSize());
  }
  const int64_t threads = std::min(mostThreads, pieces);
  const at::Tensor workspace = at::empty({threads, panelSize + packedSize}, at::kFloat);
  float* work = workspace.mutable_data_ptr<float>();
  std::atomic<int64_t> next{0};
  at::parallel_for(0, threads, 1, [&](int64_t begin, int64_t end) {
    for (int64_t thread = begin; thread < end; thread++) {
      float* panel = work + thread * (panelSize + packedSize);
      Worker worker(gemms, panel, panel + panelSize);
      for (int64_t piece; (piece = next++) < pieces;) {
        if (piece < besides) {
          beside();
        } else {
          worker.run(piece - besides);
        }
      }
    }
  });
}

}  // namespace kernels
