// Kernels that stand in for libtorch's code wherever a trial gives the same bits, and the count of their calls.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace kernels {

/** Calls of a kernel, or of libtorch's code instead, although the kernel takes such tensors. */
struct StandIn {
  int64_t ours = 0;
  int64_t differing = 0;  // libtorch's, for in the trial our bits were others
  int64_t forgotten = 0;  // libtorch's, for there are too many shapes to remember another's trial
};

struct StandIns {
  StandIn adam, bce, mean, normal, product, sigmoid, tanh;
};

/** This thread's; tests read them. */
StandIns& standIns();

/** Whether to call the kernel, which is counted. */
bool standsIn(StandIn& calls, bool givesLibtorchsBits);

/** Compares float32 numbers as integers: -0 is not 0, and NaNs are alike. */
bool haveSameBits(const at::Tensor& a, const at::Tensor& b);

}  // namespace kernels
