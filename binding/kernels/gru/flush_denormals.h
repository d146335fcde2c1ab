#pragma once

#if defined(__SSE__)
#include <xmmintrin.h>
#endif

namespace kernels {

/**
 * While it lives its thread takes numbers below 1.2e-38, which have fewer digits than others, for zeros, and makes
 * none. Gradients of a distant past are such numbers, and with them Intel's cores take ten times as long.
 */
class FlushDenormals {
 public:
#if defined(__SSE__)
  FlushDenormals() { _mm_setcsr(saved_ | kFlushResults | kFlushOperands); }
  ~FlushDenormals() { _mm_setcsr(saved_); }
#else
  FlushDenormals() {}
#endif
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;

 private:
#if defined(__SSE__)
  static constexpr unsigned kFlushResults = 1 << 15, kFlushOperands = 1 << 6;
  const unsigned saved_ = _mm_getcsr();
#endif
};

}  // namespace kernels
