#pragma once

#include <ATen/core/Tensor.h>

#include "gemm_slice.h"

namespace kernels {

/** Floats of a slice's workspace: for a panel of the right matrix, and for the left one if its rows are packed. */
int64_t gemmWorkspace(int64_t rows, int64_t blockDepth, const Lines& a);

/**
 * A product of matrices with the same bits as at::mm(a, b) or, with a bias (columns), at::addmm(bias, a, b), often in
 * half the time. Nothing is recorded for gradients.
 */
at::Tensor product(const at::Tensor& a, const at::Tensor& b, const at::Tensor& bias = {});

/**
 * The same by our kernel whatever its bits, in blocks of the depth: for tests. The matrices must be float32, on the
 * CPU, contiguous or transposed.
 */
at::Tensor blockedProduct(const at::Tensor& a, const at::Tensor& b, const at::Tensor& bias, int64_t blockDepth);

}  // namespace kernels
