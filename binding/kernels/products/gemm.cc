#include "gemm.h"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/tanh_backward.h>

#include <variant>

#include "../random/pseudo_random.h"
#include "../vectors/float_on_cpu.h"
#include "../vectors/stand_ins.h"
#include "product_order.h"

namespace kernels {
namespace {

using at::Tensor;

const float* dataOf(const Tensor& tensor) { return tensor.defined() ? tensor.const_data_ptr<float>() : nullptr; }

Tensor emptyResult(const Matrix& a, const Matrix& b) { return at::empty({a.rows(), b.columns()}, at::kFloat); }

/** Whether our kernel reads or writes a matrix as if it were C. */
bool isLikeResult(const Tensor& matrix, const Product& product) {
  return isFloatOnCpu(matrix) && matrix.is_contiguous() &&
         matrix.sizes() == at::IntArrayRef({product.a.rows(), product.b.columns()});
}

/** Whether an instruction rounds once where libtorch's does, too. */
bool isTanhGradientLibtorchs() {
  const Matrix a{pseudoRandomLike(at::empty({65, 16}, at::kFloat), 1)},
      b{pseudoRandomLike(at::empty({16, 77}, at::kFloat), 2)};
  const Tensor result = emptyResult(a, b), y = pseudoRandomLike(result, 3);
  const SumOrder order{{a.columns()}};
  runGemms({{.a = a, .b = b, .c = result, .order = order, .epilogue = Epilogue::tanhGradient, .activated = dataOf(y)}},
           1);
  return haveSameBits(result, at::tanh_backward(gemm(a, b, {}, order), y));
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

std::vector<Tensor> products(const std::vector<Product>& list, Beside& beside) {
  std::vector<Tensor> results;
  std::vector<GemmTask> tasks;
  std::vector<bool> isFinished;
  for (const Product& product : list) {
    const ProductOrder* order = knownOrder(product.a, product.b, product.bias);
    isFinished.push_back(false);
    const bool isOwn = order && !std::holds_alternative<OnOneThread>(*order);
    if (order) standsIn(standIns().product, isOwn);
    if (!isOwn) {
      results.push_back(libtorchProduct(product.a, product.b, product.bias));
    } else if (const auto* gemvOrder = std::get_if<GemvOrder>(order)) {
      results.push_back(gemv(product.a, product.b, product.bias, *gemvOrder));
    } else {
      tasks.push_back(taskOf(product, std::get<SumOrder>(*order)));
      results.push_back(tasks.back().c);
      isFinished.back() = tasks.back().epilogue != Epilogue::none;
    }
  }
  if (!tasks.empty()) runGemms(tasks, at::get_num_threads(), beside);
  for (size_t i = 0; i < list.size(); i++) {
    if (!isFinished[i]) finish(list[i], results[i]);
    const Tensor& sum = list[i].addedTo;
    if (sum.defined() && !results[i].is_same(sum)) results[i] = sum.add_(results[i]);
  }
  return results;
}

bool isForOneThread(const Product& product) {
  const ProductOrder* order = knownOrder(product.a, product.b, product.bias);
  return order && std::holds_alternative<OnOneThread>(*order);
}

}  // namespace kernels
