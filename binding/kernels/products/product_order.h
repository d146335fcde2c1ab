// In which order libtorch sums up a product.
#pragma once

#include <ATen/core/Tensor.h>

#include <variant>

#include "gemm_tasks.h"
#include "gemv.h"

namespace kernels {

/** libtorch's own order, which it keeps on one thread of a parallel region. */
struct OnOneThread {
  bool operator==(const OnOneThread&) const = default;
};

/** The order with which one of our kernels gives libtorch's bits, or libtorch itself wherever it is called. */
using ProductOrder = std::variant<SumOrder, GemvOrder, OnOneThread>;

/** a b + bias; bias (columns) may be undefined, here and below. */
at::Tensor libtorchProduct(const Matrix& a, const Matrix& b, const at::Tensor& bias);

/** Whether our kernels take these operands. */
bool isTaken(const Matrix& a, const Matrix& b, const at::Tensor& bias);

/**
 * The order for this shape, from this thread's memory; null for a shape that has not come often enough to be worth a
 * trial, for what our kernels don't take, and where none gives libtorch's bits.
 */
const ProductOrder* knownOrder(const Matrix& a, const Matrix& b, const at::Tensor& bias);

/**
 * A product in this order whatever its bits, for tests. The matrices must be float32, on the CPU, contiguous or
 * transposed.
 */
at::Tensor orderedProduct(const at::Tensor& a, const at::Tensor& b, const at::Tensor& bias, const ProductOrder& order);

}  // namespace kernels
