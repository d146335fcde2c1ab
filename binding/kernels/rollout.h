#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <optional>
#include <vector>

#include "mixture_math.h"

namespace kernels {

/** A GRU layer (weight_ih, weight_hh, bias_ih, bias_hh) and the linear layer from its state to raw mixtures. */
struct MdnRnnWeights {
  std::vector<at::Tensor> gru;
  at::Tensor headWeight, headBias;  // (3 K, H), (3 K)
};

/** Whether rollOut takes these: float32 on the CPU, one number in and mixtures of numbers out. */
bool isRollOut(const MdnRnnWeights& weights, const at::Tensor& value, const at::Tensor& hidden);

/**
 * Joint futures: from the values (P, 1) and states (P, H) of P paths, each step draws the next value of every path by
 * sampleMixture and feeds it back. As a loop over fusedGruLayer, linear and sampleMixture, with the same draws, but
 * each thread keeps its paths in the cache.
 *
 * Returns (P, steps).
 */
at::Tensor rollOut(const MdnRnnWeights& weights, const at::Tensor& value, const at::Tensor& hidden, int64_t steps,
                   const MixtureOptions& options, const std::optional<at::Generator>& generator);

}  // namespace kernels
