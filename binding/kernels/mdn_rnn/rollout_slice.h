// A forecast's arithmetic on the paths of one thread. Plain data only, see gru_slice.h.
#pragma once

#include <cstdint>

#include "../gru/gru_slice.h"
#include "../vectors/instruction_set.h"

namespace kernels {

/** Says which numbers a step of some paths draws; they are the same whatever other paths there are. */
struct PathNoise {
  uint64_t seed;
  int64_t step, firstPath;
};

struct RollOutSlice {
  static constexpr int64_t kPathsAtOnce = 64;  // all their steps, so that their states stay in the first cache

  GruLayout layout;
  int64_t firstPath, endPath, horizon, components;
  uint64_t seed;
  float varianceFloor, temperature;
  const float* packed;           // gruPackForward's
  const float* knownGates;       // (horizon - 1, 3, hidden), what the known inputs add to the gates' inputs, or null
  const float *head, *headBias;  // (H, headColumns), (headColumns), the columns padded to whole vectors
  int64_t headColumns;
  const float* hidden;  // (H), from which all paths start
  float* work;          // workSize() floats
  float* paths;         // (paths, horizon), all of them

  int64_t workSize() const {
    return 3 * layout.hidden + 2 * headColumns * layout.lanes + kPathsAtOnce * (2 * layout.state + 1);
  }
};

KERNEL_DECLARE(void rollOut(const RollOutSlice&));
KERNEL_DECLARE(void pathNoise(PathNoise, int64_t paths, float* uniforms, float* normals));

}  // namespace kernels
