#pragma once

#include <cstdint>

#include "../vectors/instruction_set.h"

namespace kernels {

/** The numbers of one step, rounded where libtorch rounds them. */
struct AdamFactors {
  float weightDecay, lerpWeight, beta2, squareWeight, rootOfCorrection2, eps, minusStepSize;
};

/** Some neighbouring elements of a parameter; if a parameter has several slices, all but the last have whole vectors.
 */
struct AdamSlice {
  int64_t count;
  float* parameter;
  const float* gradient;
  float *expAvg, *expAvgSq;
  AdamFactors factors;
};

KERNEL_DECLARE(void adam(const AdamSlice&));

}  // namespace kernels
