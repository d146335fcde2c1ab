#include "instruction_set.h"

#include <ATen/Version.h>

#include <string>

namespace kernels {

InstructionSet instructionSet() {
  static const InstructionSet set = [] {
#ifdef __x86_64__
    const std::string capability = at::get_cpu_capability();
    if (capability.rfind("AVX512", 0) == 0) return InstructionSet::avx512;
    if (capability.rfind("AVX2", 0) == 0) return InstructionSet::avx2;
#endif
    return InstructionSet::plain;
  }();
  return set;
}

int64_t vectorLanes() {
  const InstructionSet set = instructionSet();
  return set == InstructionSet::avx512 ? 16 : set == InstructionSet::avx2 ? 8 : 4;
}

}  // namespace kernels
