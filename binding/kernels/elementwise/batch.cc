#include "batch.h"

#include <ATen/Parallel.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cstring>
#include <vector>

namespace kernels {
namespace {

using at::Tensor;

/** Begins to fetch what lies in memory from there. */
void prefetch(const char* data, int64_t bytes) {
  constexpr int64_t kCacheLine = 64;
  for (int64_t i = 0; i < bytes; i += kCacheLine) __builtin_prefetch(data + i);
}

Tensor dataOfPixelsByLibtorch(const Tensor& pixels) { return pixels.to(at::kFloat).div(127.5).sub_(1); }

}  // namespace

// Rows in a random order come from memory, each after a wait that is longer than its copy: so the next are under way.
Tensor selectRows(const Tensor& data, const Tensor& order, int64_t start, int64_t end) {
  constexpr int64_t kRowsAhead = 4, kBytesWorthAThread = 1 << 16;
  if (!data.is_cpu() || !data.is_contiguous() || data.requires_grad() || data.numel() == 0) {
    return data.index_select(0, order.slice(0, start, end));
  }
  const int64_t rowCount = data.size(0), rowBytes = static_cast<int64_t>(data.nbytes()) / rowCount;
  std::vector<int64_t> sizes = data.sizes().vec();
  sizes[0] = end - start;
  const Tensor result = at::empty(sizes, data.options());
  const auto* from = static_cast<const char*>(data.const_data_ptr());
  auto* to = static_cast<char*>(result.mutable_data_ptr());
  const int64_t* rows = order.const_data_ptr<int64_t>() + start;
  const int64_t grain = std::max<int64_t>(kBytesWorthAThread / std::max<int64_t>(rowBytes, 1), 1);
  at::parallel_for(0, end - start, grain, [&](int64_t first, int64_t last) {
    for (int64_t i = first; i < std::min(first + kRowsAhead, last); i++) prefetch(from + rows[i] * rowBytes, rowBytes);
    for (int64_t i = first; i < last; i++) {
      if (i + kRowsAhead < last) prefetch(from + rows[i + kRowsAhead] * rowBytes, rowBytes);
      std::memcpy(to + i * rowBytes, from + rows[i] * rowBytes, static_cast<size_t>(rowBytes));
    }
  });
  return result;
}

// A byte has but 256 values.
Tensor dataOfPixels(const Tensor& pixels) {
  constexpr int64_t kWorthAThread = 1 << 14;
  if (!pixels.is_cpu() || pixels.scalar_type() != at::kByte || !pixels.is_contiguous()) {
    return dataOfPixelsByLibtorch(pixels);
  }
  static const Tensor table = dataOfPixelsByLibtorch(at::arange(256, at::kByte));
  const float* numbers = table.const_data_ptr<float>();
  const Tensor result = at::empty(pixels.sizes(), at::kFloat);
  const uint8_t* from = pixels.const_data_ptr<uint8_t>();
  float* to = result.mutable_data_ptr<float>();
  at::parallel_for(0, pixels.numel(), kWorthAThread, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) to[i] = numbers[from[i]];
  });
  return result;
}

}  // namespace kernels
