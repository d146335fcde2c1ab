#pragma once

#include "mdn_rnn.h"

namespace kernels {

/** Whether mdnRnnNll takes these: float32 on the CPU, of which only weights need gradients, and one does. */
bool isMdnRnnNll(const MdnRnnWeights& weights, const at::Tensor& input, const at::Tensor& target);

/**
 * The mean negative log likelihood of `target` (B, D) by the mixtures after `input` (B, T, I), differentiable:
 * fusedGruLayer, the linear layer and mixtureNll as one node whose gradients are made with it, for a graph's
 * operators are a good part of a training step of a small model.
 */
at::Tensor mdnRnnNll(const MdnRnnWeights& weights, const at::Tensor& input, const at::Tensor& target,
                     double varianceFloor);

}  // namespace kernels
