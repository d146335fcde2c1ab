#pragma once

#include <ATen/core/Tensor.h>

namespace kernels {

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
