#include "gru_plan.h"

#include <ATen/ops/empty.h>

#include <algorithm>

#include "../vectors/instruction_set.h"

namespace kernels {

int64_t roundUp(int64_t count, int64_t multiple) { return (count + multiple - 1) / multiple * multiple; }

GruLayout layoutOf(int64_t inputSize, int64_t hiddenSize) {
  const int64_t lanes = vectorLanes(), hidden = roundUp(hiddenSize, lanes), inputs = inputSize + 1;
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
           [&](int64_t panel) { KERNEL(gruPackForward)(layout, data, panel, withHidden, to); });
  return packed;
}

namespace {

constexpr int64_t kFewRows = 8;

/** Whether a thread would wait for the weights at each step: a second cache holds a megabyte beside all else. */
bool hasManyWeights(const GruLayout& layout) { return 3 * layout.hidden * layout.hidden > 1 << 18; }

}  // namespace

Slices::Slices(int64_t batch, int64_t steps, const GruLayout& layout) : batch(batch) {
  const int64_t work = batch * steps * 3 * layout.hidden * (layout.hidden + layout.inputs);
  const int64_t most = batch <= kFewRows && hasManyWeights(layout) ? 1 : std::min(batch, work / kWorthAThread);
  count = std::clamp<int64_t>(at::get_num_threads(), 1, std::max<int64_t>(most, 1));
}

int64_t unitParts(int64_t batch, int64_t steps, const GruLayout& layout) {
  constexpr int64_t kWorthAPart = 1 << 18;  // multiplications of a step, some 5 to 10 µs
  if (steps == 1 || !hasManyWeights(layout)) return 1;
  const int64_t work = batch * 3 * layout.hidden * layout.hidden;
  const int64_t most = std::min(work / kWorthAPart, layout.hidden / layout.lanes);
  return std::clamp<int64_t>(at::get_num_threads(), 1, std::max<int64_t>(most, 1));
}

}  // namespace kernels
