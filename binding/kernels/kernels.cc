#include "kernels.h"

#include <ATen/Version.h>

#include <string>

namespace kernels {

#define KERNEL_TABLE(isa, lanes)                                                                                     \
  Kernels {                                                                                                          \
    lanes, isa::gruPackForward, isa::gruPackBackward, isa::gruForwardBegin, isa::gruForwardStep, isa::gruForwardEnd, \
        isa::gruBackward, isa::gemmPackLeft, isa::gemm, isa::gemmAddParts, isa::gemv, isa::twist, isa::normals,      \
        isa::sigmoids, isa::adam, isa::tanhs, isa::rollOut, isa::pathNoise                                           \
  }

const Kernels& best() {
  static const Kernels kernels = [] {
#ifdef __x86_64__
    const std::string capability = at::get_cpu_capability();
    if (capability.rfind("AVX512", 0) == 0) return KERNEL_TABLE(avx512, 16);
    if (capability.rfind("AVX2", 0) == 0) return KERNEL_TABLE(avx2, 8);
#endif
    return KERNEL_TABLE(plain, 4);
  }();
  return kernels;
}

}  // namespace kernels
