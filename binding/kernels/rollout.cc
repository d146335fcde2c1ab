#include "rollout.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mm.h>

#include <algorithm>

#include "gru_plan.h"
#include "kernels.h"

namespace kernels {
namespace {

using at::Tensor;

/** With zeros after the last dimension's end. */
Tensor padLast(const Tensor& tensor, int64_t size) {
  return at::constant_pad_nd(tensor, {0, size - tensor.size(-1)}).contiguous();
}

/** (S, I - 1) to (S, 3, hidden): W_ih's part of the inputs beside the value. */
Tensor knownGates(const Tensor& known, const Tensor& inputWeight, const GruLayout& layout) {
  const Tensor gates = at::mm(known, inputWeight.slice(1, 1).t());  // (S, 3 H)
  return padLast(gates.view({-1, 3, layout.hiddenSize}), layout.hidden);
}

}  // namespace

bool isRollOut(const MdnRnnWeights& weights, const RollOutInputs& inputs) {
  const auto fits = [](const Tensor& tensor) {
    return !tensor.defined() || (tensor.is_cpu() && tensor.scalar_type() == at::kFloat);
  };
  return std::all_of(weights.gru.begin(), weights.gru.end(), fits) && fits(weights.headWeight) &&
         fits(weights.headBias) && fits(inputs.raw) && fits(inputs.hidden) && fits(inputs.known);
}

Tensor rollOut(const MdnRnnWeights& weights, const RollOutInputs& inputs, const RollOutOptions& options) {
  const at::NoGradGuard noGrad;
  const Tensor &inputWeight = weights.gru[0], &hiddenWeight = weights.gru[1];
  const GruLayout layout = layoutOf(1, hiddenWeight.size(1));
  const Tensor packed = packForward(layout,
                                    {inputWeight.slice(1, 0, 1).contiguous(), hiddenWeight.contiguous(),
                                     weights.gru[2].contiguous(), weights.gru[3].contiguous()},
                                    true);
  const Tensor known = inputs.known.defined() ? knownGates(inputs.known, inputWeight, layout) : Tensor();
  const int64_t outputs = weights.headWeight.size(0), headColumns = roundUp(outputs, layout.lanes);
  const Tensor head = padLast(weights.headWeight.t(), headColumns), headBias = padLast(weights.headBias, headColumns);
  const Tensor raw = inputs.raw.contiguous(), hidden = inputs.hidden.contiguous();
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
                   .headBias = headBias.const_data_ptr<float>(),
                   .headColumns = headColumns,
                   .raw = raw.const_data_ptr<float>(),
                   .hidden = hidden.const_data_ptr<float>(),
                   .work = nullptr,
                   .paths = result.mutable_data_ptr<float>()};
  const Tensor work = at::empty({at::get_num_threads(), all.workSize()}, at::kFloat);
  const int64_t groups = roundUp(options.paths, layout.lanes) / layout.lanes;
  const int64_t multiplications = layout.lanes * options.horizon * 3 * layout.hidden * (layout.hidden + layout.inputs);
  at::parallel_for(0, groups, std::max<int64_t>(1, kWorthAThread / multiplications), [&](int64_t begin, int64_t end) {
    RollOutSlice slice = all;
    slice.firstPath = begin * layout.lanes;
    slice.endPath = std::min(end * layout.lanes, options.paths);
    slice.work = work.mutable_data_ptr<float>() + at::get_thread_num() * all.workSize();
    best().rollOut(slice);
  });
  return result;
}

Tensor pathNoise(int64_t seed, int64_t step, int64_t paths) {
  const Tensor noise = at::empty({2, roundUp(paths, best().lanes)}, at::kFloat);
  float* numbers = noise.mutable_data_ptr<float>();
  best().pathNoise({static_cast<uint64_t>(seed), step, 0}, noise.size(1), numbers, numbers + noise.size(1));
  return noise.slice(1, 0, paths);
}

}  // namespace kernels
