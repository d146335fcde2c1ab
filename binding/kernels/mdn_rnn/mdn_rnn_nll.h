#pragma once

#include "mdn_rnn.h"

namespace kernels {

/** Whether mdnRnnNll takes these: float32 on the CPU. */
bool isMdnRnnNll(const MdnRnnWeights& weights, const at::Tensor& input, const at::Tensor& target);

/**
 * The mean negative log likelihood of `target` (B, D) by the mixtures after `input` (B, T, I), and its gradients by the
 * weights in their order: fusedGruLayer, the linear layer and mixtureNll, forward and back in one call without a graph.
 * The graph and its operators are a good part of a training step of a small model.
 */
std::vector<at::Tensor> mdnRnnNll(const MdnRnnWeights& weights, const at::Tensor& input, const at::Tensor& target,
                                  double varianceFloor);

}  // namespace kernels
