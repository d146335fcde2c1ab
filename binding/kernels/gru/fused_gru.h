// The GRU on the CPU in float32 by kernels of our own, many times faster than libtorch's at the sizes of a time series.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

namespace kernels {

/** Whether fusedGruLayer takes these: float32 on the CPU. */
bool isFusedGru(const at::Tensor& input, const at::Tensor& hidden, const std::vector<at::Tensor>& weights);

struct GruResult {
  at::Tensor output;  // (B, T, H), undefined if not asked for
  at::Tensor last;    // (B, H)
};

/**
 * One layer, differentiable in all its arguments, within rounding of at::gru. A second derivative goes through at::gru.
 *
 * input (B, T, I), hidden (B, H) or undefined for zeros, weights: weight_ih (3H, I), weight_hh (3H, H), bias_ih (3H),
 * bias_hh (3H)
 */
GruResult fusedGruLayer(const at::Tensor& input, const at::Tensor& hidden, const std::vector<at::Tensor>& weights,
                        bool withOutput);

}  // namespace kernels
