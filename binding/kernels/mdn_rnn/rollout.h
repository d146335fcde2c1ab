#pragma once

#include "mdn_rnn.h"

namespace kernels {

/** What the paths go on from, and what they read beside their values. */
struct RollOutInputs {
  at::Tensor history;  // (T, I)
  at::Tensor known;    // (horizon - 1, I - 1), undefined for I = 1
};

struct RollOutOptions {
  int64_t horizon, paths;
  double varianceFloor, temperature;
  int64_t seed;
};

/** Whether rollOut takes these: float32 on the CPU, the weights contiguous. */
bool isRollOut(const MdnRnnWeights& weights, const RollOutInputs& inputs);

/**
 * Joint futures of the history: each step draws the next value of every path from its mixture, by pathNoise's numbers,
 * and feeds it back. A path is the same to the last bit whatever the number of paths and threads.
 *
 * Returns (paths, horizon).
 */
at::Tensor rollOut(const MdnRnnWeights& weights, const RollOutInputs& inputs, const RollOutOptions& options);

/** A step's random numbers, counted by path: (2, paths), uniform ones for the components and normal ones. */
at::Tensor pathNoise(int64_t seed, int64_t step, int64_t paths);

/** Normal numbers, counted by sample: (count, size), a row for each sample from `first` on. */
at::Tensor sampleNoise(int64_t seed, int64_t first, int64_t count, int64_t size);

}  // namespace kernels
