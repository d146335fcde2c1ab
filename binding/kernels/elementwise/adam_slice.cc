// A step of Adam with libtorch's bits, which depend on what its compiler made one operation of, a product and a sum:
//
//   g' = g + wd θ    m' = lerp(m, g', 1 - β1)    v' = β2 v + (1 - β2) g'²    θ' = θ - η m' / (√v' / c + ε)
//
// In v' it is the second product that isn't rounded before the sum; but of a parameter's last elements, fewer than
// eight, it is the first.
#include "adam_slice.h"

#include "../vectors/simd_math.h"

namespace kernels::KERNEL_ISA {
namespace {

struct Elements {
  Vec parameter, gradient, expAvg, expAvgSq;
};

enum class Exact { gradientSquared, expAvgSq };  // which product isn't rounded

KERNEL_INLINE void update(Elements& e, const AdamFactors& f, Exact exact) {
  if (f.weightDecay != 0) e.gradient = multiplyAdd(e.parameter, broadcast(f.weightDecay), e.gradient);
  const Vec change = e.gradient - e.expAvg;
  const bool isNearOld = f.lerpWeight < 0.5f;  // the lerp begins at the nearer end
  e.expAvg = isNearOld ? multiplyAdd(broadcast(f.lerpWeight), change, e.expAvg)
                       : multiplyAdd(broadcast(f.lerpWeight - 1.0f), change, e.gradient);
  const Vec weighted = f.squareWeight * e.gradient;
  e.expAvgSq = exact == Exact::gradientSquared ? multiplyAdd(weighted, e.gradient, e.expAvgSq * f.beta2)
                                               : multiplyAdd(e.expAvgSq, broadcast(f.beta2), weighted * e.gradient);
  const Vec denominator = quotient(squareRoot(e.expAvgSq), f.rootOfCorrection2) + f.eps;
  e.parameter += f.minusStepSize * e.expAvg / denominator;
}

void updateSome(const AdamSlice& s, int64_t first, int64_t count, Exact exact) {
  const auto bytes = static_cast<uint64_t>(count) * sizeof(float);
  Elements e = {};
  __builtin_memcpy(&e.parameter, s.parameter + first, bytes);
  __builtin_memcpy(&e.gradient, s.gradient + first, bytes);
  __builtin_memcpy(&e.expAvg, s.expAvg + first, bytes);
  __builtin_memcpy(&e.expAvgSq, s.expAvgSq + first, bytes);
  update(e, s.factors, exact);
  __builtin_memcpy(s.parameter + first, &e.parameter, bytes);
  __builtin_memcpy(s.expAvg + first, &e.expAvg, bytes);
  __builtin_memcpy(s.expAvgSq + first, &e.expAvgSq, bytes);
}

}  // namespace

void adam(const AdamSlice& s) {
  int64_t i = 0;
  for (; i + kLanes <= s.count; i += kLanes) {
    Elements e{load(s.parameter + i), load(s.gradient + i), load(s.expAvg + i), load(s.expAvgSq + i)};
    update(e, s.factors, Exact::gradientSquared);
    store(s.parameter + i, e.parameter);
    store(s.expAvg + i, e.expAvg);
    store(s.expAvgSq + i, e.expAvgSq);
  }
  const int64_t left = s.count - i, last = left % 8;
  if (last < left) updateSome(s, i, left - last, Exact::gradientSquared);
  if (last > 0) updateSome(s, i + left - last, last, Exact::expAvgSq);
}

}  // namespace kernels::KERNEL_ISA
