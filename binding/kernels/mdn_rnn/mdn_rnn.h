#pragma once

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <vector>

#include "../vectors/float_on_cpu.h"

namespace kernels {

/** A GRU layer (weight_ih, weight_hh, bias_ih, bias_hh) and the linear layer from its state to raw mixtures. */
struct MdnRnnWeights {
  std::vector<at::Tensor> gru;
  at::Tensor headWeight, headBias;  // (K (D + 2), H), (K (D + 2))
};

/** Whether the kernels of an MDN-RNN take these weights: float32 on the CPU, contiguous. */
inline bool isFusedMdnRnn(const MdnRnnWeights& weights) {
  const auto fits = [](const at::Tensor& tensor) { return isFloatOnCpu(tensor) && tensor.is_contiguous(); };
  return std::all_of(weights.gru.begin(), weights.gru.end(), fits) && fits(weights.headWeight) &&
         fits(weights.headBias);
}

}  // namespace kernels
