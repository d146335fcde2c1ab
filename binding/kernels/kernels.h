// The functions that exist once for each instruction set, and the choice between them.
#pragma once

#include <cstdint>

#include "adam_slice.h"
#include "gemm_slice.h"
#include "gemv_slice.h"
#include "gru_slice.h"
#include "normal_slice.h"
#include "rollout_slice.h"
#include "tanh_slice.h"

#define KERNEL_FUNCTIONS                                                                                       \
  void gruPackForward(const GruLayout&, const GruWeights&, int64_t panel, bool withHidden, float* packed);     \
  void gruPackBackward(const GruLayout&, const GruWeights&, bool isInput, int64_t firstColumn, float* packed); \
  void gruForwardBegin(const GruForwardSlice&);                                                                \
  void gruForwardStep(const GruForwardSlice&, int64_t step, int64_t firstUnit, int64_t unitEnd);               \
  void gruForwardEnd(const GruForwardSlice&);                                                                  \
  void gruBackward(const GruBackwardSlice&);                                                                   \
  void gemmPackLeft(const Lines& a, int64_t rows, const Blocks& blocks, float* packed);                        \
  void gemm(const GemmSlice&);                                                                                 \
  void gemmAddParts(const GemmSlice&, const float* parts, int64_t count, int64_t stride);                      \
  void gemv(const GemvSlice&);                                                                                 \
  void twist(uint32_t* words, int64_t count);                                                                  \
  void normals(const uint32_t* words, int64_t blocks, float* out);                                             \
  int64_t sigmoids(const float* x, int64_t count, float* results);                                             \
  void adam(const AdamSlice&);                                                                                 \
  void tanhs(const TanhSlice&);                                                                                \
  void rollOut(const RollOutSlice&);                                                                           \
  void pathNoise(PathNoise, int64_t paths, float* uniforms, float* normals);

namespace kernels {

namespace avx512 {
KERNEL_FUNCTIONS
}
namespace avx2 {
KERNEL_FUNCTIONS
}
namespace plain {
KERNEL_FUNCTIONS
}

/** The functions of one instruction set. */
struct Kernels {
  int64_t lanes;
  decltype(&plain::gruPackForward) gruPackForward;
  decltype(&plain::gruPackBackward) gruPackBackward;
  decltype(&plain::gruForwardBegin) gruForwardBegin;
  decltype(&plain::gruForwardStep) gruForwardStep;
  decltype(&plain::gruForwardEnd) gruForwardEnd;
  decltype(&plain::gruBackward) gruBackward;
  decltype(&plain::gemmPackLeft) gemmPackLeft;
  decltype(&plain::gemm) gemm;
  decltype(&plain::gemmAddParts) gemmAddParts;
  decltype(&plain::gemv) gemv;
  decltype(&plain::twist) twist;
  decltype(&plain::normals) normals;
  decltype(&plain::sigmoids) sigmoids;
  decltype(&plain::adam) adam;
  decltype(&plain::tanhs) tanhs;
  decltype(&plain::rollOut) rollOut;
  decltype(&plain::pathNoise) pathNoise;
};

/** Those of the widest set that libtorch finds on this CPU; ATEN_CPU_CAPABILITY (avx2, default) narrows both. */
const Kernels& best();

}  // namespace kernels
