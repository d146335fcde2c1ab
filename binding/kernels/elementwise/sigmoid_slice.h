#pragma once

#include <cstdint>

#include "../vectors/instruction_set.h"

namespace kernels {

/** Makes the results of the first numbers, in whole vectors, and returns how many: none, where libtorch's exp isn't. */
KERNEL_DECLARE(int64_t sigmoids(const float* x, int64_t count, float* results));

}  // namespace kernels
