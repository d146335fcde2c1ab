#include "gemm_tasks.h"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <numeric>
#include <tuple>

#include "../vectors/instruction_set.h"

namespace kernels {
namespace {

constexpr int64_t kWorthAThread = 1 << 19;  // multiplications, some 5 µs
constexpr int64_t kPerElement = 32;         // multiplications in whose time an element of C is fetched and stored

int64_t roundUpDivide(int64_t a, int64_t b) { return (a + b - 1) / b; }

/** Whether the left matrix is read from a copy, for the elements of its rows are apart. */
bool isPacked(const GemmTask& task) { return task.a.rowStride() == 1; }

/** Of a left matrix that is packed only these are at once, so that they stay in the second cache. */
constexpr int64_t kBlocksPackedAtOnce = 4;

int64_t mostBlocks(const SumOrder& order) {
  size_t most = 0;
  for (const std::vector<int64_t>& part : order) most = std::max(most, part.size());
  return static_cast<int64_t>(most);
}

int64_t mostDepth(const SumOrder& order) {
  int64_t most = 0;
  for (const std::vector<int64_t>& part : order) most = std::max(most, *std::max_element(part.begin(), part.end()));
  return most;
}

/**
 * How the rows and columns of a product are cut for as many threads as its parts leave, along the longer side. There
 * are more pieces than threads, so that one on a slower core takes fewer of them. Pieces of columns are about a panel,
 * as many for each thread; if the left matrix is not packed at once they are as many as threads, for each packs it
 * anew.
 */
struct Cut {
  int64_t rows, columns;

  Cut(const GemmTask& task, int64_t mostThreads) {
    const int64_t rowCount = task.a.rows(), columnCount = task.b.columns(), lanes = vectorLanes();
    const int64_t work = rowCount * columnCount * (task.a.columns() + kPerElement);
    const int64_t parts = static_cast<int64_t>(task.order.size());
    const int64_t wanted = std::clamp<int64_t>(work / kWorthAThread, 1, mostThreads);
    const int64_t threads = roundUpDivide(wanted, parts);
    const int64_t mostRows = roundUpDivide(rowCount, lanes), mostColumns = roundUpDivide(columnCount, lanes);
    if (rowCount > columnCount) {
      rows = std::min(threads > 1 ? 2 * threads : 1, mostRows);
      columns = std::clamp<int64_t>(threads / rows, 1, mostColumns);
    } else {
      columns = std::min(threads, mostColumns);
      rows = std::min(threads / columns, mostRows);
      const int64_t panels = roundUpDivide(mostColumns, panelVectors(lanes));
      const bool isDeep = isPacked(task) && mostBlocks(task.order) > kBlocksPackedAtOnce;
      if (wanted > 1 && !isDeep) columns = std::min(roundUpDivide(panels, threads) * threads, mostColumns);
    }
  }
};

Lines from(Lines lines, int64_t line, int64_t k) {
  lines.data += line * lines.lineStride + k * lines.depthStride;
  return lines;
}

const float* at(const float* data, int64_t offset) { return data ? data + offset : nullptr; }

int64_t depthOf(const Blocks& blocks) {
  return std::accumulate(blocks.depths, blocks.depths + blocks.count, int64_t{0});
}

/** At most so many of a slice's first blocks, which are taken from it. */
GemmSlice takeBlocks(GemmSlice& slice, int64_t most) {
  GemmSlice taken = slice;
  taken.blocks.count = std::min(most, slice.blocks.count);
  if (taken.blocks.count < slice.blocks.count) taken.epilogue = Epilogue::none;
  const int64_t depth = depthOf(taken.blocks);
  slice.blocks = {slice.blocks.depths + taken.blocks.count, slice.blocks.count - taken.blocks.count};
  slice.a = from(slice.a, 0, depth);
  slice.b = from(slice.b, 0, depth);
  slice.bias = nullptr;
  slice.isAdded = true;
  return taken;
}

/**
 * A task, cut into areas of C and these into pieces, one for each part of the depth. The pieces are numbered by parts,
 * so that a thread's share is neighbouring columns or rows or a part of the depth.
 */
class Gemm {
 public:
  Gemm(const GemmTask& task, int64_t threads)
      : order_(task.order), cut_(task, threads), isPacked_(kernels::isPacked(task)), partsDone_(areas()) {
    const Matrix &a = task.a, &b = task.b;
    all_ = {.rows = a.rows(),
            .columns = b.columns(),
            .blocks = {},
            .a = {a.tensor.const_data_ptr<float>(), a.rowStride(), a.columnStride()},
            .b = {b.tensor.const_data_ptr<float>(), b.columnStride(), b.rowStride()},
            .packedA = nullptr,
            .bias = task.bias,
            .isAdded = task.isAdded,
            .epilogue = task.epilogue,
            .slope = task.slope,
            .activated = task.activated,
            .c = task.c.mutable_data_ptr<float>(),
            .cStride = b.columns(),
            .panel = nullptr};
    if (parts() > 1) otherParts_ = at::empty({parts() - 1, all_.rows, all_.columns}, at::kFloat);
  }

  int64_t pieces() const { return parts() * areas(); }
  int64_t panelSize() const { return panelVectors(vectorLanes()) * vectorLanes() * mostDepth(order_); }
  int64_t packedSize() const {
    if (!isPacked_) return 0;
    return roundUpDivide(all_.rows, cut_.rows) * mostDepth(order_) * std::min(mostBlocks(order_), kBlocksPackedAtOnce);
  }

  void share(int64_t threads) {
    shares_ = std::vector<std::atomic<int64_t>>(threads);
    for (int64_t i = 0; i < threads; i++) shares_[i] = firstOf(i);
  }

  /** The next piece of a thread's share, or -1. */
  int64_t claim(int64_t thread) {
    const int64_t piece = shares_[thread]++;
    return piece < firstOf(thread + 1) ? piece : -1;
  }

  /** Without its end if there are several parts: the first is then summed up in C, the others elsewhere. */
  GemmSlice slice(int64_t piece) const {
    const int64_t part = piece / areas();
    GemmSlice slice = area(piece % areas());
    int64_t k = 0;
    for (int64_t i = 0; i < part; i++) k += depthOf(blocks(i));
    slice.blocks = blocks(part);
    slice.a = from(slice.a, 0, k);
    slice.b = from(slice.b, 0, k);
    if (parts() > 1) slice.epilogue = Epilogue::none;
    if (part > 0) {
      slice.bias = nullptr;
      slice.c = otherParts() + (part - 1) * partSize() + (slice.c - all_.c);
    }
    return slice;
  }

  /** To be called when a piece is done. */
  void finish(int64_t piece) {
    const int64_t index = piece % areas();
    if (parts() == 1 || ++partsDone_[index] < parts()) return;
    const GemmSlice slice = area(index);
    KERNEL(gemmAddParts)(slice, otherParts() + (slice.c - all_.c), parts() - 1, partSize());
  }

  bool isPacked() const { return isPacked_; }

 private:
  int64_t parts() const { return static_cast<int64_t>(order_.size()); }
  int64_t areas() const { return cut_.rows * cut_.columns; }
  int64_t firstOf(int64_t thread) const { return thread * pieces() / static_cast<int64_t>(shares_.size()); }
  Blocks blocks(int64_t part) const { return {order_[part].data(), static_cast<int64_t>(order_[part].size())}; }
  int64_t partSize() const { return all_.rows * all_.columns; }
  float* otherParts() const { return otherParts_.mutable_data_ptr<float>(); }

  GemmSlice area(int64_t index) const {
    const int64_t lanes = vectorLanes(), vectors = roundUpDivide(all_.columns, lanes);
    const int64_t i = index / cut_.columns, j = index % cut_.columns;
    const int64_t row = i * all_.rows / cut_.rows, rowEnd = (i + 1) * all_.rows / cut_.rows;
    const int64_t column = j * vectors / cut_.columns * lanes;
    const int64_t columnEnd = std::min((j + 1) * vectors / cut_.columns * lanes, all_.columns);
    GemmSlice slice = all_;
    slice.rows = rowEnd - row;
    slice.columns = columnEnd - column;
    slice.a = from(all_.a, row, 0);
    slice.b = from(all_.b, column, 0);
    slice.bias = at(all_.bias, column);
    slice.activated = at(all_.activated, row * all_.cStride + column);
    slice.c += row * all_.cStride + column;
    return slice;
  }

  const SumOrder& order_;
  Cut cut_;
  bool isPacked_;
  std::vector<std::atomic<int64_t>> partsDone_;  // of each area
  std::vector<std::atomic<int64_t>> shares_;     // the next piece of each thread's
  at::Tensor otherParts_;                        // (parts - 1, rows, columns)
  GemmSlice all_;
};

/** Memory for so many numbers, if they are not too many the same as before, for that is in this core's cache. */
at::Tensor keptWorkspace(int64_t size) {
  constexpr int64_t kMostKept = 1 << 20;
  thread_local at::Tensor kept;
  if (kept.defined() && kept.numel() >= size) return kept;
  const at::Tensor created = at::empty({size}, at::kFloat);
  if (size <= kMostKept) kept = created;
  return created;
}

/** What a thread needs for its pieces. */
class Worker {
 public:
  Worker(int64_t panelSize, int64_t packedSize)
      : workspace_(keptWorkspace(panelSize + packedSize)),
        panel_(workspace_.mutable_data_ptr<float>()),
        packedA_(panel_ + panelSize) {}

  void run(Gemm& gemm, int64_t piece) {
    GemmSlice rest = gemm.slice(piece);
    rest.panel = panel_;
    while (rest.blocks.count > 0) {
      GemmSlice slice = takeBlocks(rest, gemm.isPacked() ? kBlocksPackedAtOnce : rest.blocks.count);
      if (gemm.isPacked()) slice.packedA = packed(slice);
      KERNEL(gemm)(slice);
    }
    gemm.finish(piece);
  }

 private:
  /** Pieces of the same rows and blocks, one after another, have the same packed part of A. */
  const float* packed(const GemmSlice& slice) {
    const Packed wanted{slice.a.data, slice.rows, slice.blocks.depths};
    if (wanted != packed_) KERNEL(gemmPackLeft)(slice.a, slice.rows, slice.blocks, packedA_);
    packed_ = wanted;
    return packedA_;
  }

  using Packed = std::tuple<const float*, int64_t, const int64_t*>;

  at::Tensor workspace_;
  float *panel_, *packedA_;
  Packed packed_{};
};

}  // namespace

void runGemms(const std::vector<GemmTask>& tasks, int64_t mostThreads, Beside& beside) {
  std::deque<Gemm> gemms;
  int64_t pieces = 0, panelSize = 0, packedSize = 0;
  for (const GemmTask& task : tasks) {
    const Gemm& gemm = gemms.emplace_back(task, mostThreads);
    pieces += gemm.pieces();
    panelSize = std::max(panelSize, gemm.panelSize());
    packedSize = std::max(packedSize, gemm.packedSize());
  }
  const int64_t threads = std::min(mostThreads, pieces);
  for (Gemm& gemm : gemms) gemm.share(threads);
  at::parallel_for(0, threads, 1, [&](int64_t begin, int64_t end) {
    for (int64_t thread = begin; thread < end; thread++) {
      if (thread == 0 && threads > 1) {
        for (const auto& each : beside) each();
        beside.clear();
      }
      Worker worker(panelSize, packedSize);
      // Its own share, which is in this core's caches if it has been before, then what others have not come to.
      for (int64_t i = 0; i < threads; i++) {
        for (Gemm& gemm : gemms) {
          for (int64_t piece; (piece = gemm.claim((thread + i) % threads)) >= 0;) worker.run(gemm, piece);
        }
      }
    }
  });
}

at::Tensor gemm(const Matrix& a, const Matrix& b, const at::Tensor& bias, const SumOrder& order) {
  const at::Tensor result = at::empty({a.rows(), b.columns()}, at::kFloat);
  const float* added = bias.defined() ? bias.const_data_ptr<float>() : nullptr;
  runGemms({{.a = a, .b = b, .c = result, .order = order, .bias = added}}, at::get_num_threads());
  return result;
}

}  // namespace kernels
