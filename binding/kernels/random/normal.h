#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

namespace kernels {

/** at::randn of float32 on the CPU, the same numbers from the same state of the generator and the same state after. */
at::Tensor randn(at::IntArrayRef sizes, at::Generator& generator);

}  // namespace kernels
