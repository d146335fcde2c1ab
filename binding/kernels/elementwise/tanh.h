#pragma once

#include <ATen/core/Tensor.h>

namespace kernels {

/** x.tanh_(), to the last bit. */
void tanhInPlace(at::Tensor& x);

}  // namespace kernels
