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
#include <ATen/ops/tanh_backward.h>

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <utility>

#include "float_on_cpu.h"
#include "pseudo_random.h"

namespace kernels {
namespace {

using at::Tensor;

constexpr int64_t kWorthAProduct = 1 << 14;  // multiplications, below which the call takes longer than the arithmetic

const float* dataOf(const Tensor& tensor) { return tensor.defined() ? tensor.const_data_ptr<float>() : nullptr; }

Tensor emptyResult(const Matrix& a, const Matrix& b) { return at::empty({a.rows(), b.columns()}, at::kFloat); }

Tensor ownProduct(const Matrix& a, const Matrix& b, const Tensor& bias, const SumOrder& order) {
  const Tensor result = emptyResult(a, b);
  runGemms({{.a = a, .b = b, .c = result, .order = order, .bias = dataOf(bias)}}, at::get_num_threads());
  return result;
}

Tensor libtorchProduct(const Matrix& a, const Matrix& b, const Tensor& bias) {
  return bias.defined() ? at::addmm(bias, a.view(), b.view()) : at::mm(a.view(), b.view());
}

/** Numbers in [-1, 1), laid out as the matrix. */
Matrix pseudoRandom(const Matrix& like, uint32_t seed) {
  PseudoRandom random{seed};
  const Tensor result = at::empty_strided(like.tensor.sizes(), like.tensor.strides(), at::kFloat);
  float* data = result.mutable_data_ptr<float>();
  for (int64_t i = 0; i < result.numel(); i++) data[i] = random.number();
  return {result, like.isTransposed};
}

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

/** The orders in which MKL has been seen to sum up, the most frequent first. */
std::vector<SumOrder> ordersOf(int64_t depth) {
  std::vector<SumOrder> orders;
  const auto add = [&](int64_t parts, int64_t most, bool isRestHalved) {
    SumOrder order;
    for (int64_t part : equalDepths(depth, parts)) order.push_back(blocksOf(part, most, isRestHalved));
    if (std::find(orders.begin(), orders.end(), order) == orders.end()) orders.push_back(order);
  };
  const int64_t threads = at::get_num_threads();
  for (const int64_t most : {192, 256, 384, 512}) {
    for (const bool isRestHalved : {false, true}) add(1, most, isRestHalved);
  }
  for (const int64_t parts : {int64_t{2}, threads}) {
    for (const bool isRestHalved : {false, true}) {
      if (parts > 1 && parts <= std::min(threads, depth)) add(parts, 384, isRestHalved);
    }
  }
  return orders;
}

constexpr int64_t kCornerSize = 16;

Matrix firstRows(const Matrix& matrix) {
  const int64_t count = std::min(kCornerSize, matrix.rows());
  return {matrix.tensor.narrow(matrix.isTransposed ? 1 : 0, 0, count), matrix.isTransposed};
}

/** The order with which our kernel gives libtorch's bits for this shape; empty if there is none. */
SumOrder findOrder(const Product& product) {
  const Matrix left = pseudoRandom(product.a, 1), right = pseudoRandom(product.b, 2);
  const Tensor added = product.bias.defined() ? pseudoRandom({product.bias}, 3).tensor : Tensor();
  const Tensor expected = libtorchProduct(left, right, added);
  // A corner of C tells most orders from libtorch's in a fraction of the time.
  const Matrix top = firstRows(left), leftmost = firstRows(right.transposed()).transposed();
  const Tensor corner = expected.narrow(0, 0, top.rows()).narrow(1, 0, leftmost.columns());
  const Tensor cornersAdded = added.defined() ? added.narrow(0, 0, leftmost.columns()) : added;
  for (const SumOrder& order : ordersOf(left.columns())) {
    if (!at::equal(ownProduct(top, leftmost, cornersAdded, order), corner)) continue;
    if (at::equal(ownProduct(left, right, added, order), expected)) return order;
  }
  return {};
}

bool isAligned(const Tensor& tensor) { return reinterpret_cast<uintptr_t>(tensor.const_data_ptr()) % 64 == 0; }

/** Whether our kernel takes a matrix, which lies in memory as at::empty would place it. */
bool isTaken(const Matrix& matrix) {
  const Tensor& tensor = matrix.tensor;
  return isFloatOnCpu(tensor) && tensor.dim() == 2 && (tensor.is_contiguous() || tensor.t().is_contiguous()) &&
         isAligned(tensor);
}

bool isTaken(const Matrix& a, const Matrix& b, const Tensor& bias) {
  return isTaken(a) && isTaken(b) && a.columns() == b.rows() &&
         (!bias.defined() || (isFloatOnCpu(bias) && bias.dim() == 1 && bias.size(0) == b.columns() &&
                              bias.is_contiguous() && isAligned(bias)));
}

bool isWorthIt(const Matrix& a, const Matrix& b) {
  return a.rows() * a.columns() * b.columns() >= kWorthAProduct && !at::in_parallel_region();
}

/**
 * findOrder, from this thread's memory of it; null for a shape that has not come often enough to be worth a trial, or
 * for what our kernel doesn't take.
 */
const SumOrder* knownOrder(const Product& product) {
  struct Shape {
    int calls = 0;
    SumOrder order;
  };
  constexpr int kCallsBeforeTrial = 3;
  constexpr size_t kMostShapes = 4096;
  thread_local std::map<std::array<int64_t, 9>, Shape> shapes;
  const Matrix &a = product.a, &b = product.b;
  const Tensor& bias = product.bias;
  if (!isTaken(a, b, bias) || !isWorthIt(a, b)) return nullptr;
  const std::array<int64_t, 9> key{a.rows(),         a.columns(),      b.columns(),
                                   a.rowStride(),    a.columnStride(), b.rowStride(),
                                   b.columnStride(), bias.defined(),   at::get_num_threads()};
  if (shapes.size() == kMostShapes && !shapes.count(key)) return nullptr;
  Shape& shape = shapes[key];
  if (shape.calls < kCallsBeforeTrial && ++shape.calls == kCallsBeforeTrial) shape.order = findOrder(product);
  return shape.order.empty() ? nullptr : &shape.order;
}

/** Whether our kernel reads or writes a matrix as if it were C. */
bool isLikeResult(const Tensor& matrix, const Product& product) {
  return isFloatOnCpu(matrix) && matrix.is_contiguous() &&
         matrix.sizes() == at::IntArrayRef({product.a.rows(), product.b.columns()});
}

/** Whether an instruction rounds once where libtorch's does, too. */
bool isTanhGradientLibtorchs() {
  const Matrix a = pseudoRandom({at::empty({65, 16}, at::kFloat)}, 1),
               b = pseudoRandom({at::empty({16, 77}, at::kFloat)}, 2);
  const Tensor y = pseudoRandom({emptyResult(a, b)}, 3).tensor, result = emptyResult(a, b);
  const SumOrder order{{a.columns()}};
  runGemms({{.a = a, .b = b, .c = result, .order = order, .epilogue = Epilogue::tanhGradient, .activated = dataOf(y)}},
           1);
  return at::equal(result, at::tanh_backward(ownProduct(a, b, {}, order), y));
}

Epilogue epilogueOf(const Product& product) {
  const bool isGradient = product.activated.defined();
  if (isGradient && !isLikeResult(product.activated, product)) return Epilogue::none;
  switch (product.activation.kind) {
    case Activation::Kind::relu:
      return Epilogue::relu;
    case Activation::Kind::leakyRelu:
      return Epilogue::leakyRelu;
    case Activation::Kind::tanh: {
      static const bool isOwn = isTanhGradientLibtorchs();
      return isGradient && isOwn ? Epilogue::tanhGradient : Epilogue::none;
    }
    default:
      return Epilogue::none;
  }
}

/** What our kernel doesn't do: the activation, or the way back through it. */
void finish(const Product& product, Tensor& result) {
  if (product.activated.defined()) {
    result = activationGradient(product.activation, result, product.activated);
  } else {
    activateInPlace(product.activation, result);
  }
}

GemmTask taskOf(const Product& product, const SumOrder& order) {
  // Of several blocks the sum would be another.
  const bool isOneBlock = order.size() == 1 && order[0].size() == 1;
  const bool isAdded = product.addedTo.defined() && isLikeResult(product.addedTo, product) && !product.bias.defined() &&
                       product.activation.kind == Activation::Kind::none && isOneBlock;
  return {.a = product.a,
          .b = product.b,
          .c = isAdded ? product.addedTo : emptyResult(product.a, product.b),
          .order = order,
          .bias = dataOf(product.bias),
          .isAdded = isAdded,
          .epilogue = epilogueOf(product),
          .slope = static_cast<float>(product.activation.slope),
          .activated = dataOf(product.activated)};
}

}  // namespace

std::vector<Tensor> products(const std::vector<Product>& list, const std::function<void()>& beside) {
  std::vector<Tensor> results;
  std::vector<GemmTask> tasks;
  std::vector<bool> isFinished;
  for (const Product& product : list) {
    if (const SumOrder* order = knownOrder(product)) {
      tasks.push_back(taskOf(product, *order));
      results.push_back(tasks.back().c);
      isFinished.push_back(tasks.back().epilogue != Epilogue::none);
    } else {
      results.push_back(libtorchProduct(product.a, product.b, product.bias));
      isFinished.push_back(false);
    }
  }
  if (!tasks.empty()) {
    runGemms(tasks, at::get_num_threads(), beside);
  } else if (beside) {
    beside();
  }
  for (size_t i = 0; i < list.size(); i++) {
    if (!isFinished[i]) finish(list[i], results[i]);
    const Tensor& sum = list[i].addedTo;
    if (sum.defined() && !results[i].is_same(sum)) results[i] = sum.add_(results[i]);
  }
  return results;
}

Tensor orderedProduct(const Tensor& a, const Tensor& b, const Tensor& bias, const SumOrder& order) {
  int64_t depth = 0;
  for (const std::vector<int64_t>& part : order) {
    const bool arePositive = std::all_of(part.begin(), part.end(), [](int64_t block) { return block > 0; });
    TORCH_CHECK(!part.empty() && arePositive, "Not the depths of a part's blocks: ", at::IntArrayRef(part));
    depth = std::accumulate(part.begin(), part.end(), depth);
  }
  TORCH_CHECK(isTaken({a}, {b}, bias) && depth > 0 && depth == a.size(1), "Not a product for this kernel");
  return ownProduct({a}, {b}, bias, order);
}

}  // namespace kernels
