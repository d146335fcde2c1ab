#pragma once

#include <cstdint>

#include "../vectors/instruction_set.h"

namespace kernels {

/** Words of the state of a Mersenne Twister, MT19937. */
constexpr int kTwisterSize = 624;
/** Numbers that libtorch makes normal together. */
constexpr int kNormalBlock = 16;

KERNEL_DECLARE(void twist(uint32_t* words, int64_t count));
KERNEL_DECLARE(void normals(const uint32_t* words, int64_t blocks, float* out));

}  // namespace kernels
