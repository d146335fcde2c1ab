#pragma once

#include <cstdint>

#include "../vectors/instruction_set.h"
#include "lines.h"

namespace kernels {

/** How many vectors of B's columns are packed together, with such a number of lanes. */
constexpr int panelVectors(int64_t lanes) { return lanes >= 8 ? 3 : 2; }

/** What becomes of an element x of a product, for y: x itself, or an activation's result whose gradient x is. */
enum class Epilogue {
  none,
  relu,          // y <= 0 ? 0 : x
  leakyRelu,     // y > 0 ? x : slope * x
  tanhGradient,  // x (1 - y²)
};

/** The depths of blocks one after another, each of which is summed up alone, in the depth's order. */
struct Blocks {
  const int64_t* depths;
  int64_t count;
};

/** Some rows and columns of a product of matrices, for one thread. */
struct GemmSlice {
  int64_t rows, columns;
  Blocks blocks;
  Lines a, b;            // the rows of the left matrix, the columns of the right one
  const float* packedA;  // gemmPackLeft's of these rows, or null if the elements of a row are neighbours
  const float* bias;     // (columns), or null
  bool isAdded;          // to what C holds; then there is no bias
  Epilogue epilogue;
  float slope;             // leakyRelu's
  const float* activated;  // y of all elements, laid out as C; or null if it is x
  float* c;                // (rows, columns), rows cStride apart
  int64_t cStride;
  float* panel;  // workspace: a panel of a block
};

KERNEL_DECLARE(void gemmPackLeft(const Lines& a, int64_t rows, const Blocks& blocks, float* packed));
KERNEL_DECLARE(void gemm(const GemmSlice&));
KERNEL_DECLARE(void gemmAddParts(const GemmSlice&, const float* parts, int64_t count, int64_t stride));

}  // namespace kernels
