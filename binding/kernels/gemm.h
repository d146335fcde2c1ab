#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <vector>

#include "activation.h"
#include "gemm_tasks.h"

namespace kernels {

/** activation(a b + bias), with the bits of libtorch's operators; what is undefined is left out. */
struct Product {
  Matrix a, b;
  at::Tensor bias = {};  // (columns)
  Activation activation = {};
  at::Tensor activated = {};  // the activation's result, if a b is the gradient of that and to be taken back by it
  at::Tensor addedTo = {};    // (rows, columns), to which all is added in place
};

/**
 * The products, often in half of libtorch's time, with what is to be done beside on one of the threads. Nothing is
 * recorded for gradients.
 */
std::vector<at::Tensor> products(const std::vector<Product>& list, const std::function<void()>& beside = nullptr);

/**
 * A product by our kernel whatever its bits, summed up in this order: for tests. The matrices must be float32, on the
 * CPU, contiguous or transposed.
 */
at::Tensor orderedProduct(const at::Tensor& a, const at::Tensor& b, const at::Tensor& bias, const SumOrder& order);

}  // namespace kernels
