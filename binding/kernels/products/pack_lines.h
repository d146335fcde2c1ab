#pragma once

#include "../vectors/simd.h"
#include "lines.h"

namespace kernels::KERNEL_ISA {

/** Up to kLanes lines, zeros for those that lack: element k of all of them at packed[k * stride]. */
__attribute__((noinline)) inline void packLines(Lines lines, int64_t count, int64_t depth, float* packed,
                                                int64_t stride) {
  int64_t k = 0;
  if (lines.depthStride == 1) {
    for (; k + kLanes <= depth; k += kLanes) {
      Vec block[kLanes] = {};
      KERNEL_UNROLL for (int i = 0; i < kLanes; i++) {
        if (i < count) block[i] = load(lines.data + i * lines.lineStride + k);
      }
      transpose(block);
      KERNEL_UNROLL for (int i = 0; i < kLanes; i++) store(packed + (k + i) * stride, block[i]);
    }
  }
  for (; k < depth; k++) {
    for (int64_t i = 0; i < kLanes; i++) {
      packed[k * stride + i] = i < count ? lines.data[i * lines.lineStride + k * lines.depthStride] : 0.0f;
    }
  }
}

}  // namespace kernels::KERNEL_ISA
