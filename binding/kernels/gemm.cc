// Floating-point sums depend on their order, and the order in which MKL sums up a product depends on the CPU, the shape
// and the number of threads. It never depends on the numbers, though. So for each shape and number of threads both
// products are taken once of the same random matrices. If all their bits agree, our faster kernel stands in for
// libtorch's from then on, and if they do not, this shape is left to libtorch: on a CPU where MKL sums up in another
// order nothing is lost but speed.
#include "gemm.h"

#include <ATen/Parallel.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_strided.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/mm.h>

#include <algorithm>
#include <array>
#include <map>

#include "kernels.h"

namespace kernels {
namespace {

using at::Tensor;

constexpr int64_t kWorthAThread = 1 << 19;   // multiplications, some 5 µs
constexpr int64_t kWorthAProduct = 1 << 14;  // below it the call takes longer than the arithmetic

int64_t roundUpDivide(int64_t a, int64_t b) { return (a + b - 1) / b; }

/** How the rows and columns of a product are cut, one piece a thread, along the longer side first. */
struct Pieces {
  int64_t rows, columns;

  Pieces(int64_t rowCount, int64_t columnCount, int64_t depth) {
    const int64_t work = rowCount * columnCount * depth;
    const int64_t threads = std::clamp<int64_t>(work / kWorthAThread, 1, at::get_num_threads());
    const int64_t mostRows = roundUpDivide(rowCount, best().lanes);
    const int64_t mostColumns = roundUpDivide(columnCount, best().lanes);
    if (rowCount > columnCount) {
      rows = std::min(threads, mostRows);
      columns = std::min(threads / rows, mostColumns);
    } else {
      columns = std::min(threads, mostColumns);
      rows = std::min(threads / columns, mostRows);
    }
  }
};

Lines lineAt(Lines lines, int64_t line) {
  lines.data += line * lines.lineStride;
  return lines;
}

Tensor ownProduct(const Tensor& a, const Tensor& b, const Tensor& bias, int64_t blockDepth) {
  const int64_t rows = a.size(0), columns = b.size(1), depth = a.size(1), lanes = best().lanes;
  const Pieces pieces(rows, columns, depth);
  const int64_t vectors = roundUpDivide(columns, lanes);
  const Lines leftLines{a.const_data_ptr<float>(), a.stride(0), a.stride(1)};
  const Lines rightLines{b.const_data_ptr<float>(), b.stride(1), b.stride(0)};
  blockDepth = std::min(blockDepth, depth);
  const int64_t packedSize = gemmWorkspace(roundUpDivide(rows, pieces.rows), blockDepth, leftLines);
  const Tensor result = at::empty({rows, columns}, at::kFloat);
  const Tensor workspace = at::empty({pieces.rows * pieces.columns, packedSize}, at::kFloat);
  const float* added = bias.defined() ? bias.const_data_ptr<float>() : nullptr;
  float *out = result.mutable_data_ptr<float>(), *packed = workspace.mutable_data_ptr<float>();
  at::parallel_for(0, pieces.rows * pieces.columns, 1, [&](int64_t begin, int64_t end) {
    for (int64_t piece = begin; piece < end; piece++) {
      const int64_t i = piece / pieces.columns, j = piece % pieces.columns;
      const int64_t row = i * rows / pieces.rows, rowEnd = (i + 1) * rows / pieces.rows;
      const int64_t column = j * vectors / pieces.columns * lanes;
      const int64_t columnEnd = std::min((j + 1) * vectors / pieces.columns * lanes, columns);
      best().gemm({.rows = rowEnd - row,
                   .columns = columnEnd - column,
                   .depth = depth,
                   .blockDepth = blockDepth,
                   .a = lineAt(leftLines, row),
                   .b = lineAt(rightLines, column),
                   .bias = added ? added + column : nullptr,
                   .c = out + row * columns + column,
                   .cStride = columns,
                   .packed = packed + piece * packedSize});
    }
  });
  return result;
}

Tensor libtorchProduct(const Tensor& a, const Tensor& b, const Tensor& bias) {
  return bias.defined() ? at::addmm(bias, a, b) : at::mm(a, b);
}

/** Numbers in [-1, 1) without a visit to any generator that others draw from. */
Tensor pseudoRandom(at::IntArrayRef sizes, at::IntArrayRef strides, uint32_t state) {
  const Tensor result = at::empty_strided(sizes, strides, at::kFloat);
  float* data = result.mutable_data_ptr<float>();
  for (int64_t i = 0; i < result.numel(); i++) {
    state = state * 1664525 + 1013904223;
    data[i] = static_cast<float>(static_cast<int32_t>(state)) * 0x1p-31f;
  }
  return result;
}

/** The depth of the blocks with which our kernel gives libtorch's bits for this shape, or 0. */
int64_t findBlockDepth(const Tensor& a, const Tensor& b, const Tensor& bias) {
  const Tensor left = pseudoRandom(a.sizes(), a.strides(), 1), right = pseudoRandom(b.sizes(), b.strides(), 2);
  const Tensor added = bias.defined() ? pseudoRandom(bias.sizes(), bias.strides(), 3) : bias;
  const Tensor expected = libtorchProduct(left, right, added);
  for (const int64_t blockDepth : {192, 256, 384, 512}) {
    if (at::equal(ownProduct(left, right, added, blockDepth), expected)) return blockDepth;
    if (blockDepth >= a.size(1)) break;
  }
  return 0;
}

bool isAligned(const Tensor& tensor) { return reinterpret_cast<uintptr_t>(tensor.const_data_ptr()) % 64 == 0; }

bool isDense(const Tensor& matrix) { return matrix.is_contiguous() || matrix.t().is_contiguous(); }

/** Whether our kernel takes such operands, which lie in memory as at::empty would place them. */
bool isTaken(const Tensor& a, const Tensor& b, const Tensor& bias) {
  const auto isFloat = [](const Tensor& tensor) { return tensor.is_cpu() && tensor.scalar_type() == at::kFloat; };
  return isFloat(a) && isFloat(b) && a.dim() == 2 && b.dim() == 2 && a.size(1) == b.size(0) && isDense(a) &&
         isDense(b) && isAligned(a) && isAligned(b) &&
         (!bias.defined() ||
          (isFloat(bias) && bias.dim() == 1 && bias.size(0) == b.size(1) && bias.is_contiguous() && isAligned(bias)));
}

bool isWorthIt(const Tensor& a, const Tensor& b) {
  return a.size(0) * a.size(1) * b.size(1) >= kWorthAProduct && !at::in_parallel_region();
}

/** findBlockDepth, from this thread's memory of it; 0 for a shape that has not come often enough to be worth a trial.
 */
int64_t knownBlockDepth(const Tensor& a, const Tensor& b, const Tensor& bias) {
  struct Shape {
    int calls = 0;
    int64_t blockDepth = 0;
  };
  constexpr int kCallsBeforeTrial = 3;
  constexpr size_t kMostShapes = 4096;
  thread_local std::map<std::array<int64_t, 9>, Shape> shapes;
  const std::array<int64_t, 9> key{a.size(0),   a.size(1),   b.size(1),      a.stride(0),          a.stride(1),
                                   b.stride(0), b.stride(1), bias.defined(), at::get_num_threads()};
  if (shapes.size() == kMostShapes && !shapes.count(key)) return 0;
  Shape& shape = shapes[key];
  if (shape.calls < kCallsBeforeTrial && ++shape.calls == kCallsBeforeTrial) {
    shape.blockDepth = findBlockDepth(a, b, bias);
  }
  return shape.blockDepth;
}

}  // namespace

int64_t gemmWorkspace(int64_t rows, int64_t blockDepth, const Lines& a) {
  return (kWidestPanel * best().lanes + (a.lineStride == 1 ? rows : 0)) * blockDepth;
}

Tensor blockedProduct(const Tensor& a, const Tensor& b, const Tensor& bias, int64_t blockDepth) {
  TORCH_CHECK(isTaken(a, b, bias) && blockDepth > 0, "Not a product for this kernel");
  return ownProduct(a, b, bias, blockDepth);
}

Tensor product(const Tensor& a, const Tensor& b, const Tensor& bias) {
  const int64_t blockDepth = isTaken(a, b, bias) && isWorthIt(a, b) ? knownBlockDepth(a, b, bias) : 0;
  return blockDepth > 0 ? ownProduct(a, b, bias, blockDepth) : libtorchProduct(a, b, bias);
}

}  // namespace kernels
