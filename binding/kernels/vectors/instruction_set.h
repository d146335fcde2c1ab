// The functions that exist once for each instruction set, each declared in the header of its slice, and the choice
// between them.
#pragma once

#include <cstdint>

namespace kernels {

enum class InstructionSet { plain, avx2, avx512 };

/** The widest that libtorch finds on this CPU; ATEN_CPU_CAPABILITY (avx2, default) narrows both. */
InstructionSet instructionSet();

/** Floats in a vector of it. */
int64_t vectorLanes();

/** That of the instruction set. */
template <class Function>
Function* bestOf(Function* plain, Function* avx2, Function* avx512) {
  const InstructionSet set = instructionSet();
  return set == InstructionSet::avx512 ? avx512 : set == InstructionSet::avx2 ? avx2 : plain;
}

}  // namespace kernels

// KERNEL_DECLARE(void f(int)); declares f for each set, in namespace kernels, and KERNEL(f)(1) calls the best set's.
#ifdef __x86_64__
#define KERNEL_DECLARE(...) \
  namespace plain {         \
  __VA_ARGS__;              \
  }                         \
  namespace avx2 {          \
  __VA_ARGS__;              \
  }                         \
  namespace avx512 {        \
  __VA_ARGS__;              \
  }
#define KERNEL(name) bestOf(plain::name, avx2::name, avx512::name)
#else
#define KERNEL_DECLARE(...) \
  namespace plain {         \
  __VA_ARGS__;              \
  }
#define KERNEL(name) plain::name
#endif
