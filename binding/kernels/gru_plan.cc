#include "gru_plan.h"

#include <ATen/ops/empty.h>

#include <algorithm>

#include "kernels.h"

namespace kernels {

int64_t roundUp(int64_t count, int64_t multiple) { return (count + multiple - 1) / multiple * multiple; }

GruLayout layoutOf(int64_t inputSize, int64_t hiddenSize) {
  const int64_t lanes = best().lanes, hidden = roundUp(hiddenSize, lanes), inputs = inputSize + 1;
  constexpr int64_t kCacheLine = 16;
  // Rows a power of two apart would all fall into a few sets of the cache.
  const int64_t state = hidden % 64 ? hidden : hidden + kCacheLine;
  const int64_t forwardPanel = (hiddenSize + inputs) * 3 * lanes + lanes;
  return {inputSize,    hiddenSize,
          lanes,        inputs,
          hidden,       state,
          4 * hidden,   4 * hidden + kCacheLine,
          forwardPanel, roundUp(inputSize, lanes)};
}

GruWeights weightsOf(const std::vector<at::Tensor>& weights) {
  return {weights[0].const_data_ptr<float>(), weights[1].const_data_ptr<float>(), weights[2].const_data_ptr<float>(),
          weights[3].const_data_ptr<float>()};
}

int64_t packGrain(const GruLayout& layout) { return std::max<int64_t>(1, (1 << 16) / layout.forwardPanel); }

at::Tensor packForward(const GruLayout& layout, const std::vector<at::Tensor>& weights, bool withHidden) {
  const int64_t panels = layout.hidden / layout.lanes;
  const at::Tensor packed = at::empty({panels * layout.forwardPanel}, at::kFloat);
  const GruWeights data = weightsOf(weights);
  float* to = packed.mutable_data_ptr<float>();
  parallel(panels, packGrain(layout),
           [&](int64_t panel) { best().gruPackForward(layout, data, panel, withHidden, to); });
  return packed;
}

Slices::Slices(int64_t batch, int64_t steps, const GruLayout& layout) : batch(batch) {
  const int64_t work = batch * steps * 3 * layout.hidden * (layout.hidden + layout.inputs);
  count = std::max<int64_t>(1, std::min({batch, work / kWorthAThread, static_cast<int64_t>(at::get_num_threads())}));
}

int64_t unitParts(int64_t batch, int64_t steps, const GruLayout& layout) {
  constexpr int64_t kFewWeights = 1 << 18;  // a megabyte, which a second cache holds beside all else
  constexpr int64_t kWorthAPart = 1 << 18;  // multiplications of a step, some 5 to 10 µs
  const int64_t weights = 3 * layout.hidden * layout.hidden;
  if (weights <= kFewWeights || steps == 1) return 1;
  const int64_t most = std::min(batch * weights / kWorthAPart, layout.hidden / layout.lanes);
  return std::clamp<int64_t>(at::get_num_threads(), 1, std::max<int64_t>(most, 1));
}

}  // namespace kernels
