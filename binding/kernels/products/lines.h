#pragma once

#include <cstdint>

namespace kernels {

/** A matrix by lines: element k of a line is at data[line * lineStride + k * depthStride]. One of the strides is 1. */
struct Lines {
  const float* data;
  int64_t lineStride, depthStride;
};

}  // namespace kernels
