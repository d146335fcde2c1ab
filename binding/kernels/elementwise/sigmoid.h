#pragma once

#include <ATen/core/Tensor.h>

namespace kernels {

/** The sigmoids of a few contiguous float32 numbers on the CPU, with libtorch's bits. */
at::Tensor sigmoidOfFew(const at::Tensor& x);

}  // namespace kernels
