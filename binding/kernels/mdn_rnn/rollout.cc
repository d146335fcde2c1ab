#include "rollout.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/zeros.h>

#include <algorithm>

#include "../gru/gru_passes.h"
#include "../gru/gru_plan.h"
#include "../vectors/instruction_set.h"
#include "rollout_slice.h"

namespace kernels {
namespace {

using at::Tensor;

/** (S, I - 1) to (S, 3, hidden): W_ih's part of the inputs beside the value. */
Tensor knownGates(const Tensor& known, const Tensor& inputWeight, const GruLayout& layout) {
  const Tensor gates = at::mm(known, inputWeight.slice(1, 1).t()).view({-1, 3, layout.hiddenSize});
  return at::constant_pad_nd(gates, {0, layout.hidden - layout.hiddenSize}).contiguous();
}

/** The linear layer by columns, each row padded with zeros to whole vectors: its weights (H, ·), then its biases. */
Tensor packHead(const MdnRnnWeights& weights, int64_t columns) {
  const int64_t outputs = weights.headWeight.size(0), hiddenSize = weights.headWeight.size(1);
  const Tensor packed = at::zeros({hiddenSize + 1, columns}, at::kFloat);
  const float *weight = weights.headWeight.const_data_ptr<float>(), *bias = weights.headBias.const_data_ptr<float>();
  float* to = packed.mutable_data_ptr<float>();
  for (int64_t i = 0; i < outputs; i++) {
    for (int64_t k = 0; k < hiddenSize; k++) to[k * columns + i] = weight[i * hiddenSize + k];
    to[hiddenSize * columns + i] = bias[i];
  }
  return packed;
}

/** The state (H) after the history. */
Tensor stateAfter(const Tensor& history, const GruLayout& layout, const Tensor& packed) {
  const int64_t steps = history.size(0), statesSize = 2 * layout.state;
  const Tensor work = at::empty({statesSize + steps * layout.inputs}, at::kFloat);
  const Tensor last = at::empty({layout.hiddenSize}, at::kFloat);
  float* states = work.mutable_data_ptr<float>();
  gruForward({.layout = layout,
              .rows = 1,
              .steps = steps,
              .keeps = false,
              .packed = packed.const_data_ptr<float>(),
              .x = history.const_data_ptr<float>(),
              .xRow = 0,
              .xStep = history.stride(0),
              .xFeature = history.stride(1),
              .initial = nullptr,
              .inputs = states + statesSize,
              .states = states,
              .gates = nullptr,
              .output = nullptr,
              .last = last.mutable_data_ptr<float>()},
             unitParts(1, steps, layout));
  return last;
}

}  // namespace

bool isRollOut(const MdnRnnWeights& weights, const RollOutInputs& inputs) {
  return isFusedMdnRnn(weights) && isFloatOnCpu(inputs.history) &&
         (!inputs.known.defined() || isFloatOnCpu(inputs.known));
}

Tensor rollOut(const MdnRnnWeights& weights, const RollOutInputs& inputs, const RollOutOptions& options) {
  const at::NoGradGuard noGrad;
  const Tensor& inputWeight = weights.gru[0];
  const GruLayout layout = layoutOf(inputWeight.size(1), weights.gru[1].size(1));
  const Tensor packed = packForward(layout, weights.gru, true);
  const Tensor known = inputs.known.defined() ? knownGates(inputs.known, inputWeight, layout) : Tensor();
  const int64_t outputs = weights.headWeight.size(0), headColumns = roundUp(outputs, layout.lanes);
  const Tensor head = packHead(weights, headColumns), hidden = stateAfter(inputs.history, layout, packed);
  const Tensor result = at::empty({options.paths, options.horizon}, at::kFloat);

  RollOutSlice all{.layout = layout,
                   .firstPath = 0,
                   .endPath = options.paths,
                   .horizon = options.horizon,
                   .components = outputs / 3,
                   .seed = static_cast<uint64_t>(options.seed),
                   .varianceFloor = static_cast<float>(options.varianceFloor),
                   .temperature = static_cast<float>(options.temperature),
                   .packed = packed.const_data_ptr<float>(),
                   .knownGates = known.defined() ? known.const_data_ptr<float>() : nullptr,
                   .head = head.const_data_ptr<float>(),
                   .headBias = head.const_data_ptr<float>() + layout.hiddenSize * headColumns,
                   .headColumns = headColumns,
                   .hidden = hidden.const_data_ptr<float>(),
                   .work = nullptr,
                   .paths = result.mutable_data_ptr<float>()};
  const Tensor work = at::empty({at::get_num_threads(), all.workSize()}, at::kFloat);
  const int64_t multiplications = options.horizon * 3 * layout.hidden * (layout.hidden + layout.inputs);  // of a path
  const int64_t pathsWorthAThread = std::max(layout.lanes, kWorthAThread / multiplications);
  at::parallel_for(0, options.paths, pathsWorthAThread, [&](int64_t begin, int64_t end) {
    RollOutSlice slice = all;
    slice.firstPath = begin;
    slice.endPath = end;
    slice.work = work.mutable_data_ptr<float>() + at::get_thread_num() * all.workSize();
    KERNEL(rollOut)(slice);
  });
  return result;
}

Tensor pathNoise(int64_t seed, int64_t step, int64_t paths) {
  const Tensor noise = at::empty({2, roundUp(paths, vectorLanes())}, at::kFloat);
  float* numbers = noise.mutable_data_ptr<float>();
  KERNEL(pathNoise)({static_cast<uint64_t>(seed), step, 0}, noise.size(1), numbers, numbers + noise.size(1));
  return noise.slice(1, 0, paths);
}

Tensor sampleNoise(int64_t seed, int64_t first, int64_t count, int64_t size) {
  const Tensor noise = at::empty({count, roundUp(size, vectorLanes())}, at::kFloat);
  const Tensor unused = at::empty({noise.size(1)}, at::kFloat);
  for (int64_t row = 0; row < count; row++) {
    KERNEL(pathNoise)({static_cast<uint64_t>(seed), first + row, 0}, noise.size(1), unused.mutable_data_ptr<float>(),
                      noise.mutable_data_ptr<float>() + row * noise.size(1));
  }
  return noise.slice(1, 0, size);
}

}  // namespace kernels
