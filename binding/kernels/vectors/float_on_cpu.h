#pragma once

#include <ATen/core/Tensor.h>

namespace kernels {

inline bool isFloatOnCpu(const at::Tensor& tensor) { return tensor.is_cpu() && tensor.scalar_type() == at::kFloat; }

}  // namespace kernels
