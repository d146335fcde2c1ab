// Floating-point sums depend on their order, and the order in which MKL sums up a product depends on the CPU, the shape
// and the number of threads. It never depends on the numbers, though. So for each shape and number of threads both
// products are taken once of the same random matrices. If all their bits agree, our faster kernel stands in for
// libtorch's from then on, and if they do not, this shape is left to libtorch: on a CPU where MKL sums up in another
// order nothing is lost but speed.
#include "product_order.h"

#include <ATen/Parallel.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/mm.h>

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <optional>
#include <vector>

#include "../random/pseudo_random.h"
#include "../vectors/float_on_cpu.h"
#include "../vectors/stand_ins.h"

namespace kernels {
namespace {

using at::Tensor;

// Multiplications:
constexpr int64_t kWorthTheCall = 1 << 14, kWorthTheCallByVector = 1 << 11, kWorthAThread = 1 << 19;

/** `count` nearly equal depths, the larger first. */
std::vector<int64_t> equalDepths(int64_t depth, int64_t count) {
  std::vector<int64_t> depths(count, depth / count);
  for (int64_t i = 0; i < depth % count; i++) depths[i]++;
  return depths;
}

/** Blocks of `most` and the rest, which is halved if it would be two blocks. */
std::vector<int64_t> blocksOf(int64_t depth, int64_t most, bool isRestHalved) {
  std::vector<int64_t> blocks;
  for (; depth >= 2 * most || (depth > most && !isRestHalved); depth -= most) blocks.push_back(most);
  for (int64_t block : equalDepths(depth, depth > most ? 2 : 1)) blocks.push_back(block);
  return blocks;
}

/** The orders in which MKL has been seen to sum up, the most frequent first; then libtorch itself for small products.
 */
std::vector<ProductOrder> ordersOf(const Matrix& a, const Matrix& b) {
  std::vector<ProductOrder> orders;
  if (isMatrixByVector(a, b)) orders = {GemvOrder::avx2, GemvOrder::avx512};
  const int64_t depth = a.columns(), threads = at::get_num_threads();
  const auto add = [&](int64_t parts, int64_t most, bool isRestHalved) {
    SumOrder order;
    for (int64_t part : equalDepths(depth, parts)) order.push_back(blocksOf(part, most, isRestHalved));
    if (std::find(orders.begin(), orders.end(), ProductOrder(order)) == orders.end()) orders.push_back(order);
  };
  for (const int64_t most : {192, 256, 384, 512}) {
    for (const bool isRestHalved : {false, true}) add(1, most, isRestHalved);
  }
  for (const int64_t parts : {int64_t{2}, threads}) {
    for (const bool isRestHalved : {false, true}) {
      if (parts > 1 && parts <= std::min(threads, depth)) add(parts, 384, isRestHalved);
    }
  }
  if (a.rows() * depth * b.columns() < kWorthAThread) orders.push_back(OnOneThread());
  return orders;
}

int64_t depthOf(const SumOrder& order) {
  int64_t depth = 0;
  for (const std::vector<int64_t>& part : order) {
    const bool arePositive = std::all_of(part.begin(), part.end(), [](int64_t block) { return block > 0; });
    TORCH_CHECK(!part.empty() && arePositive, "Not the depths of a part's blocks: ", at::IntArrayRef(part));
    depth = std::accumulate(part.begin(), part.end(), depth);
  }
  return depth;
}

Tensor productOnOneThread(const Matrix& a, const Matrix& b, const Tensor& bias) {
  Tensor result;
  at::parallel_for(0, at::get_num_threads(), 1, [&](int64_t begin, int64_t) {
    if (begin == 0) result = libtorchProduct(a, b, bias);
  });
  return result;
}

Tensor productInOrder(const Matrix& a, const Matrix& b, const Tensor& bias, const ProductOrder& order) {
  if (std::holds_alternative<OnOneThread>(order)) return productOnOneThread(a, b, bias);
  if (const auto* gemvOrder = std::get_if<GemvOrder>(&order)) return gemv(a, b, bias, *gemvOrder);
  return gemm(a, b, bias, std::get<SumOrder>(order));
}

Matrix firstRows(const Matrix& matrix, int64_t count) {
  count = std::min(count, matrix.rows());
  return {matrix.tensor.narrow(matrix.isTransposed ? 1 : 0, 0, count), matrix.isTransposed};
}

/** Random operands like those of a product, and what libtorch makes of them. */
class Trial {
 public:
  Trial(const Matrix& a, const Matrix& b, const Tensor& bias)
      : a_{pseudoRandomLike(a.tensor, 1), a.isTransposed},
        b_{pseudoRandomLike(b.tensor, 2), b.isTransposed},
        bias_(bias.defined() ? pseudoRandomLike(bias, 3) : bias),
        expected_(libtorchProduct(a_, b_, bias_)) {}

  /** Other numbers in the smaller operand. */
  void change(uint32_t seed) {
    Tensor& changed = (a_.rows() < b_.columns() ? a_ : b_).tensor;
    changed = pseudoRandomLike(changed, seed);
    expected_ = libtorchProduct(a_, b_, bias_);
  }

  bool agrees(const ProductOrder& order) const { return haveSameBits(productInOrder(a_, b_, bias_, order), expected_); }

  /** In a corner, which tells most orders from libtorch's in a fraction of the time. */
  bool agreesInCorner(const SumOrder& order) const {
    constexpr int64_t kSize = 16;
    const Matrix top = firstRows(a_, kSize), leftmost = firstRows(b_.transposed(), kSize).transposed();
    const Tensor corner = expected_.narrow(0, 0, top.rows()).narrow(1, 0, leftmost.columns());
    const Tensor bias = bias_.defined() ? bias_.narrow(0, 0, leftmost.columns()) : bias_;
    return haveSameBits(productInOrder(top, leftmost, bias, order), corner);
  }

 private:
  Matrix a_, b_;
  Tensor bias_, expected_;
};

std::optional<ProductOrder> findOrder(const Matrix& a, const Matrix& b, const Tensor& bias) {
  // MKL sums up the last rows or columns otherwise, when they are no whole tile, and a number summed up in two orders
  // often has the same bits: so many of each row and column are compared.
  constexpr int64_t kNumbers = 32;
  const int64_t trials = kNumbers / std::min(a.rows(), b.columns()) + 1;
  Trial trial(a, b, bias);
  for (const ProductOrder& order : ordersOf(a, b)) {
    const auto* sumOrder = std::get_if<SumOrder>(&order);
    if (sumOrder && !trial.agreesInCorner(*sumOrder)) continue;
    bool agrees = trial.agrees(order);
    for (uint32_t i = 1; agrees && i < trials; i++) {
      trial.change(3 + i);
      agrees = trial.agrees(order);
    }
    if (agrees) return order;
  }
  return std::nullopt;
}

bool isAligned(const Tensor& tensor) { return reinterpret_cast<uintptr_t>(tensor.const_data_ptr()) % 64 == 0; }

/** Whether our kernel takes a matrix, which lies in memory as at::empty would place it. */
bool isTaken(const Matrix& matrix) {
  const Tensor& tensor = matrix.tensor;
  return isFloatOnCpu(tensor) && tensor.dim() == 2 && (tensor.is_contiguous() || tensor.t().is_contiguous()) &&
         isAligned(tensor);
}

bool isWorthIt(const Matrix& a, const Matrix& b) {
  const int64_t least = isMatrixByVector(a, b) ? kWorthTheCallByVector : kWorthTheCall;
  return a.rows() * a.columns() * b.columns() >= least && !at::in_parallel_region();
}

}  // namespace

Tensor libtorchProduct(const Matrix& a, const Matrix& b, const Tensor& bias) {
  return bias.defined() ? at::addmm(bias, a.view(), b.view()) : at::mm(a.view(), b.view());
}

bool isTaken(const Matrix& a, const Matrix& b, const Tensor& bias) {
  return isTaken(a) && isTaken(b) && a.columns() == b.rows() &&
         (!bias.defined() || (isFloatOnCpu(bias) && bias.dim() == 1 && bias.size(0) == b.columns() &&
                              bias.is_contiguous() && isAligned(bias)));
}

const ProductOrder* knownOrder(const Matrix& a, const Matrix& b, const Tensor& bias) {
  struct Shape {
    int calls = 0;
    std::optional<ProductOrder> order;
  };
  constexpr int kCallsBeforeTrial = 3;
  constexpr size_t kMostShapes = 4096;
  thread_local std::map<std::array<int64_t, 9>, Shape> shapes;
  if (!isTaken(a, b, bias) || !isWorthIt(a, b)) return nullptr;
  const std::array<int64_t, 9> key{a.rows(),         a.columns(),      b.columns(),
                                   a.rowStride(),    a.columnStride(), b.rowStride(),
                                   b.columnStride(), bias.defined(),   at::get_num_threads()};
  if (shapes.size() == kMostShapes && !shapes.count(key)) {
    standIns().product.forgotten++;
    return nullptr;
  }
  Shape& shape = shapes[key];
  if (shape.calls < kCallsBeforeTrial && ++shape.calls == kCallsBeforeTrial) shape.order = findOrder(a, b, bias);
  if (shape.order) return &*shape.order;
  if (shape.calls == kCallsBeforeTrial) standIns().product.differing++;
  return nullptr;
}

Tensor orderedProduct(const Tensor& a, const Tensor& b, const Tensor& bias, const ProductOrder& order) {
  bool isPossible = isTaken({a}, {b}, bias) && a.size(1) > 0;
  if (const auto* sumOrder = std::get_if<SumOrder>(&order)) {
    isPossible = isPossible && depthOf(*sumOrder) == a.size(1);
  } else {
    isPossible = isPossible && isMatrixByVector({a}, {b});
  }
  TORCH_CHECK(isPossible, "Not a product for this kernel");
  return productInOrder({a}, {b}, bias, order);
}

}  // namespace kernels
