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
#include <utility>

#include "float_on_cpu.h"
#include "pseudo_random.h"

namespace kernels {
namespace {

using at::Tensor;

constexpr int64_t kWorthAProduct = 1 << 14;  // multiplications, below which the call takes longer than the arithmetic

const float* dataOf(const Tensor& tensor) { return tensor.defined() ? tensor.const_data_ptr<float>() : nullptr; }

Tensor emptyResult(const Matrix& a, const Matrix& b) { return at::empty({a.rows(), b.columns()}, at::kFloat); }

Tensor ownProduct(const Matrix& a, const Matrix& b, const Tensor& bias, int64_t blockDepth) {
  const Tensor result = emptyResult(a, b);
  runGemms({{.a = a, .b = b, .c = result, .blockDepth = blockDepth, .bias = dataOf(bias)}}, at::get_num_threads());
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

/** The depth of the blocks with which our kernel gives libtorch's bits for this shape, or 0. */
int64_t findBlockDepth(const Product& product) {
  const Matrix left = pseudoRandom(product.a, 1), right = pseudoRandom(product.b, 2);
  const Tensor added = product.bias.defined() ? pseudoRandom({product.bias}, 3).tensor : Tensor();
  const Tensor expected = libtorchProduct(left, right, added);
  // MKL halves a depth that two blocks would more than cover, an odd one with the larger half first.
  for (const int64_t blockDepth : {int64_t{192}, (left.columns() + 1) / 2, int64_t{256}, int64_t{384}, int64_t{512}}) {
    if (at::equal(ownProduct(left, right, added, blockDepth), expected)) return blockDepth;
    if (blockDepth >= left.columns()) break;
  }
  return 0;
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
 * findBlockDepth, from this thread's memory of it; 0 for a shape that has not come often enough to be worth a trial, or
 * for what our kernel doesn't take.
 */
int64_t knownBlockDepth(const Product& product) {
  struct Shape {
    int calls = 0;
    int64_t blockDepth = 0;
  };
  constexpr int kCallsBeforeTrial = 3;
  constexpr size_t kMostShapes = 4096;
  thread_local std::map<std::array<int64_t, 9>, Shape> shapes;
  const Matrix &a = product.a, &b = product.b;
  const Tensor& bias = product.bias;
  if (!isTaken(a, b, bias) || !isWorthIt(a, b)) return 0;
  const std::array<int64_t, 9> key{a.rows(),         a.columns(),      b.columns(),
                                   a.rowStride(),    a.columnStride(), b.rowStride(),
                                   b.columnStride(), bias.defined(),   at::get_num_threads()};
  if (shapes.size() == kMostShapes && !shapes.count(key)) return 0;
  Shape& shape = shapes[key];
  if (shape.calls < kCallsBeforeTrial && ++shape.calls == kCallsBeforeTrial) shape.blockDepth = findBlockDepth(product);
  return shape.blockDepth;
}

/** Whether our kernel reads or writes a matrix as if it were C. */
bool isLikeResult(const Tensor& matrix, const Product& product) {
  return isFloatOnCpu(matrix) && matrix.is_contiguous() &&
         matrix.sizes() == at::IntArrayRef({product.a.rows(), product.b.columns()});
}

Rectifier rectifierOf(const Product& product) {
  if (product.activated.defined() && !isLikeResult(product.activated, product)) return Rectifier::none;
  switch (product.activation.kind) {
    case Activation::Kind::relu:
      return Rectifier::relu;
    case Activation::Kind::leakyRelu:
      return Rectifier::leakyRelu;
    default:
      return Rectifier::none;
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

GemmTask taskOf(const Product& product, int64_t blockDepth) {
  // Of several blocks the sum would be another.
  const bool isAdded = product.addedTo.defined() && isLikeResult(product.addedTo, product) && !product.bias.defined() &&
                       product.activation.kind == Activation::Kind::none && product.a.columns() <= blockDepth;
  return {.a = product.a,
          .b = product.b,
          .c = isAdded ? product.addedTo : emptyResult(product.a, product.b),
          .blockDepth = blockDepth,
          .bias = dataOf(product.bias),
          .isAdded = isAdded,
          .rectifier = rectifierOf(product),
          .slope = static_cast<float>(product.activation.slope),
          .signs = dataOf(product.activated)};
}

}  // namespace

std::vector<Tensor> products(const std::vector<Product>& list, const std::function<void()>& beside) {
  std::vector<Tensor> results;
  std::vector<GemmTask> tasks;
  std::vector<bool> isRectified;
  for (const Product& product : list) {
    const int64_t blockDepth = knownBlockDepth(product);
    if (blockDepth > 0) {
      tasks.push_back(taskOf(product, blockDepth));
      results.push_back(tasks.back().c);
      isRectified.push_back(tasks.back().rectifier != Rectifier::none);
    } else {
      results.push_back(libtorchProduct(product.a, product.b, product.bias));
      isRectified.push_back(false);
    }
  }
  if (!tasks.empty()) {
    runGemms(tasks, at::get_num_threads(), beside);
  } else if (beside) {
    beside();
  }
  for (size_t i = 0; i < list.size(); i++) {
    if (!isRectified[i]) finish(list[i], results[i]);
    const Tensor& sum = list[i].addedTo;
    if (sum.defined() && !results[i].is_same(sum)) results[i] = sum.add_(results[i]);
  }
  return results;
}

Tensor blockedProduct(const Tensor& a, const Tensor& b, const Tensor& bias, int64_t blockDepth) {
  TORCH_CHECK(isTaken({a}, {b}, bias) && blockDepth > 0, "Not a product for this kernel");
  return ownProduct({a}, {b}, bias, blockDepth);
}

}  // namespace kernels
