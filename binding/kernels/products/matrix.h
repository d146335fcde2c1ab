#pragma once

#include <ATen/core/Tensor.h>

namespace kernels {

/** A matrix, or its transpose without the making of a view. */
struct Matrix {
  at::Tensor tensor;
  bool isTransposed = false;

  int64_t rows() const { return tensor.size(isTransposed ? 1 : 0); }
  int64_t columns() const { return tensor.size(isTransposed ? 0 : 1); }
  int64_t rowStride() const { return tensor.stride(isTransposed ? 1 : 0); }
  int64_t columnStride() const { return tensor.stride(isTransposed ? 0 : 1); }
  Matrix transposed() const { return {tensor, !isTransposed}; }
  at::Tensor view() const { return isTransposed ? tensor.t() : tensor; }
};

}  // namespace kernels
