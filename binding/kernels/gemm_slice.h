#pragma once

#include <cstdint>

namespace kernels {

/** A matrix by lines: element k of a line is at data[line * lineStride + k * depthStride]. One of the strides is 1. */
struct Lines {
  const float* data;
  int64_t lineStride, depthStride;
};

constexpr int kWidestPanel = 3;  // vectors that the kernel of any instruction set packs together

/** Some rows and columns of a product of matrices, for one thread. */
struct GemmSlice {
  int64_t rows, columns, depth;
  int64_t blockDepth;  // each block of the depth is summed up alone, in the depth's order
  Lines a, b;          // the rows of the left matrix, the columns of the right one
  const float* bias;   // (columns), or null
  float* c;            // (rows, columns), rows cStride apart
  int64_t cStride;
  float* packed;  // workspace: gemmWorkspace's
};

}  // namespace kernels
