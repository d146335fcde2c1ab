#pragma once

#include <cstdint>

namespace kernels {

/** The state of a Mersenne Twister, MT19937. */
struct TwisterState {
  static constexpr int kSize = 624;
  uint32_t words[kSize];
};

}  // namespace kernels
