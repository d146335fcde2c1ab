// How a GRU's work is laid out in memory and cut over threads.
#pragma once

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>

#include <vector>

#include "gru_slice.h"

namespace kernels {

int64_t roundUp(int64_t count, int64_t multiple);

GruLayout layoutOf(int64_t inputSize, int64_t hiddenSize);

/** weight_ih, weight_hh, bias_ih, bias_hh */
GruWeights weightsOf(const std::vector<at::Tensor>& weights);

constexpr int64_t kWorthAThread = 1 << 20;  // multiplications, some 20 µs

/** Panels worth a task of a thread: packing is copying. */
int64_t packGrain(const GruLayout& layout);

/** The weights as gruForward reads them; those of the hidden state only if it takes part. */
at::Tensor packForward(const GruLayout& layout, const std::vector<at::Tensor>& weights, bool withHidden);

/**
 * The batch in parts of nearly equal size, one a thread, and no more of them than have enough to do; but one for few
 * rows with many weights, of which each part would need all.
 */
struct Slices {
  int64_t batch, count;

  Slices(int64_t batch, int64_t steps, const GruLayout& layout);
  int64_t first(int64_t slice) const { return slice * batch / count; }
  int64_t rows(int64_t slice) const { return first(slice + 1) - first(slice); }
};

/**
 * Into how many parts, a thread's each, the units of a forward pass that isn't sliced are cut: a thread then needs but
 * its part of the weights, which stays in its cache, and waits for the others after each step.
 */
int64_t unitParts(int64_t batch, int64_t steps, const GruLayout& layout);

/** body(i) for each i below `count`, on several threads if there are more than `grain`. */
template <class Body>
void parallel(int64_t count, int64_t grain, const Body& body) {
  at::parallel_for(0, count, grain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) body(i);
  });
}

}  // namespace kernels
