// libtorch adds up neighbouring numbers as rows of eight, the lanes of a vector, in four chains of every fourth row.
// Each is a cascade, for small errors: after every 16th row the sum so far goes on to the next level, and in the end
// the levels are added. Then come the rows that are left over, the other chains, and into one number what is no whole
// row and the lanes. Whether this libtorch does so is tried once; where it doesn't, it is called.
#include "mean.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/mean.h>

#include <array>

#include "../random/pseudo_random.h"
#include "../vectors/stand_ins.h"

namespace kernels {
namespace {

using at::Tensor;

constexpr int64_t kLanes = 8, kChains = 4, kStep = 16;
constexpr int64_t kMost = kLanes * kChains * kStep * kStep - 1;  // numbers, for which two levels are enough

using Lanes = std::array<float, kLanes>;

template <class Numbers>
void add(Lanes& sums, const Numbers& numbers) {
  for (int64_t i = 0; i < kLanes; i++) sums[i] += numbers[i];
}

/** Of every kChains-th row. */
Lanes sumOfChain(const float* x, int64_t rows) {
  Lanes sums = {}, next = {};
  for (int64_t row = 0; row < rows; row++) {
    add(sums, x + row * kChains * kLanes);
    if ((row + 1) % kStep == 0) {
      add(next, sums);
      sums = {};
    }
  }
  add(sums, next);
  return sums;
}

float sum(const float* x, int64_t count) {
  const int64_t rows = count / kLanes, ofChain = rows / kChains;
  Lanes sums = sumOfChain(x, ofChain);
  for (int64_t row = ofChain * kChains; row < rows; row++) add(sums, x + row * kLanes);
  for (int64_t chain = 1; chain < kChains; chain++) add(sums, sumOfChain(x + chain * kLanes, ofChain));
  float result = 0;
  for (int64_t i = rows * kLanes; i < count; i++) result += x[i];
  for (const float lane : sums) result += lane;
  return result;
}

Tensor ownMean(const Tensor& x) {
  const Tensor result = at::empty({}, at::kFloat);
  *result.mutable_data_ptr<float>() = sum(x.const_data_ptr<float>(), x.numel()) / static_cast<float>(x.numel());
  return result;
}

bool givesLibtorchsNumbers() {
  for (const int64_t count :
       {int64_t{8}, int64_t{37}, int64_t{128}, int64_t{511}, int64_t{512}, int64_t{1000}, kMost}) {
    const Tensor x = pseudoRandomLike(at::empty({count}, at::kFloat), 1);
    if (!haveSameBits(ownMean(x), at::mean(x))) return false;
  }
  return true;
}

}  // namespace

Tensor meanOfAll(const Tensor& x) {
  if (x.numel() >= kLanes && x.numel() <= kMost) {
    static const bool isOwn = givesLibtorchsNumbers();
    if (standsIn(standIns().mean, isOwn)) return ownMean(x);
  }
  return at::mean(x);
}

}  // namespace kernels
