// Products of matrices by our kernel, several at once, cut into pieces over the threads.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <vector>

#include "gemm_slice.h"

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

/**
 * How an element is summed up over the depth, which is cut into parts and these into blocks, given by their depths. The
 * blocks of the first part are added one by one to what is there before, those of each other part to zero, and then the
 * sum of these parts to the first.
 */
using SumOrder = std::vector<std::vector<int64_t>>;

/** C = A B and what GemmSlice says beside. All matrices are float32; one of the strides of A and B is 1. */
struct GemmTask {
  Matrix a, b;
  at::Tensor c;  // contiguous
  const SumOrder& order;
  const float* bias = nullptr;
  bool isAdded = false;
  Epilogue epilogue = Epilogue::none;
  float slope = 0;
  const float* activated = nullptr;
};

/** Does all of them on at most so many threads, and on one of these what is to be done beside. */
void runGemms(const std::vector<GemmTask>& tasks, int64_t threads, const std::function<void()>& beside = nullptr);

}  // namespace kernels
