#include "gemv.h"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>

#include <algorithm>

namespace kernels {

bool isMatrixByVector(const Matrix& a, const Matrix& b) {
  return b.columns() == 1 && !a.isTransposed && a.tensor.is_contiguous() && b.tensor.is_contiguous();
}

at::Tensor gemv(const Matrix& a, const Matrix& b, const at::Tensor& bias, GemvOrder order) {
  constexpr int64_t kWorthAThread = 1 << 15;  // multiplications
  const at::Tensor result = at::empty({a.rows(), 1}, at::kFloat);
  const int64_t depth = a.columns();
  const float *left = a.tensor.const_data_ptr<float>(), *right = b.tensor.const_data_ptr<float>();
  const float added = bias.defined() ? *bias.const_data_ptr<float>() : 0;
  float* sums = result.mutable_data_ptr<float>();
  at::parallel_for(0, a.rows(), std::max<int64_t>(kWorthAThread / depth, 1), [&](int64_t begin, int64_t end) {
    KERNEL(gemv)({end - begin, depth, left + begin * depth, right, added, sums + begin, order});
  });
  return result;
}

}  // namespace kernels
