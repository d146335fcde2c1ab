#include "gemm_tasks.h"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <atomic>

#include "kernels.h"

namespace kernels {
namespace {

constexpr int64_t kWorthAThread = 1 << 19;  // multiplications, some 5 µs

int64_t roundUpDivide(int64_t a, int64_t b) { return (a + b - 1) / b; }

/**
 * How the rows and columns of a product are cut, along the longer side first. Columns, of which a thread packs each but
 * once, are cut into several pieces for each thread: one on a slower core takes fewer of them.
 */
struct Cut {
  int64_t rows, columns;

  Cut(const GemmTask& task, int64_t mostThreads) {
    constexpr int64_t kPiecesPerThread = 4, kPanelsPerPiece = 2;
    const int64_t rowCount = task.a.rows(), columnCount = task.b.columns(), lanes = best().lanes;
    const int64_t threads = std::clamp<int64_t>(task.multiplications() / kWorthAThread, 1, mostThreads);
    const int64_t mostRows = roundUpDivide(rowCount, lanes), mostColumns = roundUpDivide(columnCount, lanes);
    if (rowCount > columnCount) {
      rows = std::min(threads, mostRows);
      columns = std::min(threads / rows, mostColumns);
    } else {
      columns = std::min(threads, mostColumns);
      rows = std::min(threads / columns, mostRows);
      const int64_t panels = mostColumns / (columns * panelVectors(lanes));  // of a thread
      if (threads > 1) columns *= std::clamp<int64_t>(panels / kPanelsPerPiece, 1, kPiecesPerThread);
    }
  }
};

Lines lineAt(Lines lines, int64_t line) {
  lines.data += line * lines.lineStride;
  return lines;
}

const float* at(const float* data, int64_t offset) { return data ? data + offset : nullptr; }

/** A task with its pieces, which are numbered by rows. */
class Gemm {
 public:
  Gemm(const GemmTask& task, int64_t threads) : rows_(task.a.rows()), columns_(task.b.columns()), cut_(task, threads) {
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
  int64_t packedSize() const { return isPacked() ? roundUpDivide(rows_, cut_.rows) * all_.depth : 0; }

  GemmSlice slice(int64_t piece, float* panel, const float* packedA) const {
    const int64_t lanes = best().lanes, vectors = roundUpDivide(columns_, lanes);
    const int64_t i = rowsOf(piece), j = piece % cut_.columns;
    const int64_t row = i * rows_ / cut_.rows, rowEnd = (i + 1) * rows_ / cut_.rows;
    const int64_t column = j * vectors / cut_.columns * lanes;
    const int64_t columnEnd = std::min((j + 1) * vectors / cut_.columns * lanes, columns_);
    GemmSlice slice = all_;
    slice.rows = rowEnd - row;
    slice.columns = columnEnd - column;
    slice.a = lineAt(all_.a, row);
    slice.b = lineAt(all_.b, column);
    slice.packedA = isPacked() ? packedA : nullptr;
    slice.bias = at(all_.bias, column);
    slice.signs = at(all_.signs, row * columns_ + column);
    slice.c += row * columns_ + column;
    slice.panel = panel;
    return slice;
  }

 private:
  bool isPacked() const { return all_.a.lineStride == 1; }

  int64_t rows_, columns_;
  Cut cut_;
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
      packedRows_ = -1;
    }
    const Gemm& gemm = gemms_[gemm_];
    const GemmSlice slice = gemm.slice(piece - before_, panel_, packedA_);
    const int64_t rows = gemm.rowsOf(piece - before_);
    if (slice.packedA && rows != packedRows_) {
      best().gemmPackLeft(slice.a, slice.rows, slice.depth, slice.blockDepth, packedA_);
      packedRows_ = rows;
    }
    best().gemm(slice);
  }

 private:
  const std::vector<Gemm>& gemms_;
  float *panel_, *packedA_;
  size_t gemm_ = 0;
  int64_t before_ = 0, packedRows_ = -1;
};

}  // namespace

void runGemms(const std::vector<GemmTask>& tasks, int64_t mostThreads, const std::function<void()>& beside) {
  std::vector<Gemm> gemms;
  int64_t pieces = beside ? 1 : 0, panelSize = 0, packedSize = 0;
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
        if (!beside) {
          worker.run(piece);
        } else if (piece == 0) {
          beside();
        } else {
          worker.run(piece - 1);
        }
      }
    }
  });
}

}  // namespace kernels
