#pragma once

#include <ATen/core/Tensor.h>

#include "gemv_slice.h"
#include "matrix.h"

namespace kernels {

/** Whether b is a vector and a's rows are contiguous, as gemv() wants them. */
bool isMatrixByVector(const Matrix& a, const Matrix& b);

/** a b + bias, (rows, 1); bias (1) may be undefined. */
at::Tensor gemv(const Matrix& a, const Matrix& b, const at::Tensor& bias, GemvOrder order);

}  // namespace kernels
