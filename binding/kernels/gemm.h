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

/** The products, often in half of libtorch's time. Nothing is recorded for gradients. */
std::vector<at::Tensor> products(const std::vector<Product>& list);

/** The same, and what is to be done beside unless it is left because the products are too small for several threads. */
std::vector<at::Tensor> products(const std::vector<Product>& list, Beside& beside);

/** Whether a product takes no more than one thread's time with libtorch, so that it had better be done beside others.
 */
bool isForOneThread(const Product& product);

}  // namespace kernels
