#pragma once

#include <ATen/core/Tensor.h>

namespace kernels {

/** The mean of all numbers of a contiguous float32 tensor on the CPU, of shape (), with libtorch's bits. */
at::Tensor meanOfAll(const at::Tensor& x);

}  // namespace kernels
