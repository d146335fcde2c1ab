// Batches of a data set, with libtorch's numbers.
#pragma once

#include <ATen/core/Tensor.h>

namespace kernels {

/** The rows of data (N, ...) whose numbers are order[start], ..., order[end - 1], of an int64 order. */
at::Tensor selectRows(const at::Tensor& data, const at::Tensor& order, int64_t start, int64_t end);

/** float32 numbers p / 127.5 - 1 in [-1, 1] of bytes. */
at::Tensor dataOfPixels(const at::Tensor& pixels);

}  // namespace kernels
