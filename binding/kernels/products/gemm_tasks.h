// Products of matrices by our kernel, several at once, cut into pieces over the threads.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <vector>

#include "gemm_slice.h"
#include "matrix.h"

namespace kernels {

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

/** What nothing waits for, to be done on the calling thread. */
using Beside = std::vector<std::function<void()>>;

/**
 * Does all of them on at most so many threads. If they are worth several, one of these first does and removes what is
 * to be done beside.
 */
void runGemms(const std::vector<GemmTask>& tasks, int64_t threads, Beside& beside);

inline void runGemms(const std::vector<GemmTask>& tasks, int64_t threads) {
  Beside nothing;
  runGemms(tasks, threads, nothing);
}

/** a b + bias on all threads; bias (columns) may be undefined. */
at::Tensor gemm(const Matrix& a, const Matrix& b, const at::Tensor& bias, const SumOrder& order);

}  // namespace kernels
