#pragma once

namespace kernels {

/** Words of the state of a Mersenne Twister, MT19937. */
constexpr int kTwisterSize = 624;
/** Numbers that libtorch makes normal together. */
constexpr int kNormalBlock = 16;

}  // namespace kernels
