#pragma once

#include <ATen/core/Tensor.h>

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
 * The products, often in half of libtorch's time, and what is to be done beside, unless they are too small for several
 * threads: then it is left. Nothing is recorded for gradients.
 */
std::vector<at::Tensor> products(const std::vector<Product>& list, Beside& beside);

inline std::vector<at::Tensor> products(const std::vector<Product>& list) {
  Beside nothing;
  return products(list, nothing);
}

/** Whether a product is small and left to libtorch, with the same bits on one thread, as beside others. */
bool isForOneThread(const Product& product);

}  // namespace kernels
