#include "stand_ins.h"

#include <ATen/ops/equal.h>

namespace kernels {

StandIns& standIns() {
  thread_local StandIns counts;
  return counts;
}

bool standsIn(StandIn& calls, bool givesLibtorchsBits) {
  ++(givesLibtorchsBits ? calls.ours : calls.differing);
  return givesLibtorchsBits;
}

bool haveSameBits(const at::Tensor& a, const at::Tensor& b) { return at::equal(a.view(at::kInt), b.view(at::kInt)); }

}  // namespace kernels
