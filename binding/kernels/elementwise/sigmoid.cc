// Between the products of a training step libtorch's way to its loop, which is no longer in the cache, takes longer
// than a hundred sigmoids. Like libtorch we take two vectors at a time and the rest number by number. Whether the
// results are libtorch's is tried once; where they aren't, it is called.
#include "sigmoid.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/sigmoid.h>

#include <cmath>

#include "../random/pseudo_random.h"
#include "../vectors/stand_ins.h"
#include "sigmoid_slice.h"

namespace kernels {
namespace {

using at::Tensor;

Tensor ownSigmoid(const Tensor& x) {
  const Tensor result = at::empty_like(x);
  const int64_t count = x.numel();
  const float* numbers = x.const_data_ptr<float>();
  float* results = result.mutable_data_ptr<float>();
  for (int64_t i = KERNEL(sigmoids)(numbers, count, results); i < count; i++) {
    results[i] = 1 / (1 + std::exp(-numbers[i]));
  }
  return result;
}

bool givesLibtorchsNumbers() {
  const Tensor x = pseudoRandomLike(at::empty({(1 << 13) + 27}, at::kFloat), 1);
  // The exponential of -x is infinite below -89, and zero above 104.
  for (const double most : {8.0, 150.0}) {
    const Tensor each = x.mul(most);
    if (!haveSameBits(ownSigmoid(each), at::sigmoid(each))) return false;
  }
  return true;
}

}  // namespace

Tensor sigmoidOfFew(const Tensor& x) {
  constexpr int64_t kFew = 1 << 14;  // of more, libtorch gives each thread a part
  static const bool isOwn = givesLibtorchsNumbers();
  return x.numel() <= kFew && standsIn(standIns().sigmoid, isOwn) ? ownSigmoid(x) : at::sigmoid(x);
}

}  // namespace kernels
