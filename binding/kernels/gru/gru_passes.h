// The forward and the backward pass of a GRU layer, without autograd.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "gru_slice.h"

namespace kernels {

/** What the backward pass needs of the forward pass: inputs, states, gates of all slices, one after another. */
struct GruTrace {
  at::Tensor inputs, states, gates;
};

struct GruForward {
  at::Tensor output, last;  // (B, T, H) if asked for, (B, H)
  GruTrace trace;           // of use only if kept
};

/** Gradients of the results, undefined for zeros. */
struct GruGradients {
  at::Tensor output, last;
};

/** Which of x and the initial state want a gradient. */
struct GruWanted {
  bool input, hidden;
};

/** A slice's steps one after another, the units of each in so many parts at once. */
void gruForward(const GruForwardSlice& slice, int64_t unitParts);

/** All tensors as fusedGruLayer's, the weights and the initial state contiguous. */
GruForward gruForwardPass(const at::Tensor& input, const at::Tensor& hidden, const std::vector<at::Tensor>& weights,
                          bool withOutput, bool keeps);

/** Gradients of x, the initial state and the four weights; the first two only if wanted. */
std::vector<at::Tensor> gruBackwardPass(const GruGradients& gradients, const GruTrace& trace,
                                        const std::vector<at::Tensor>& weights, int64_t batch, int64_t steps,
                                        bool hasInitial, GruWanted wanted);

}  // namespace kernels
