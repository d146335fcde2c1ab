#include "gru_passes.h"

#include <ATen/ops/empty.h>

#include <algorithm>

#include "flush_denormals.h"
#include "gru_plan.h"

namespace kernels {
namespace {

using at::Tensor;

Tensor workspace(int64_t floats) { return at::empty({floats}, at::kFloat); }

float* dataOf(const Tensor& tensor) { return tensor.defined() ? tensor.mutable_data_ptr<float>() : nullptr; }
const float* constDataOf(const Tensor& tensor) { return tensor.defined() ? tensor.const_data_ptr<float>() : nullptr; }
const float* at(const float* data, int64_t offset) { return data ? data + offset : nullptr; }
float* at(float* data, int64_t offset) { return data ? data + offset : nullptr; }

/** The sum of all slices' numbers, in the place of the first's. */
Tensor sumInPlace(const std::vector<Tensor>& slices) {
  constexpr int64_t kWorthAThread = 1 << 16;
  float* sum = dataOf(slices[0]);
  at::parallel_for(0, slices[0].numel(), kWorthAThread, [&](int64_t begin, int64_t end) {
    for (size_t slice = 1; slice < slices.size(); slice++) {
      const float* part = constDataOf(slices[slice]);
      for (int64_t i = begin; i < end; i++) sum[i] += part[i];
    }
  });
  return slices[0];
}

/** The gradients of weight_ih, weight_hh, bias_ih and bias_hh without padding, from their sums over the slices. */
std::vector<Tensor> weightGradients(const GruLayout& layout, const Tensor& hiddenHidden, const Tensor& inputs) {
  const int64_t size = layout.hiddenSize, inputSize = layout.inputSize, padded = layout.hidden;
  const bool isPadded = padded > size;
  const std::vector<Tensor> result{
      at::empty({3 * size, inputSize}, at::kFloat),
      isPadded ? at::empty({3 * size, size}, at::kFloat) : hiddenHidden.view({3 * size, size}),
      at::empty({3 * size}, at::kFloat), at::empty({3 * size}, at::kFloat)};
  float *weightIh = dataOf(result[0]), *weightHh = dataOf(result[1]);
  float *biasIh = dataOf(result[2]), *biasHh = dataOf(result[3]);
  for (int64_t gate = 0; gate < 3; gate++) {
    const float* hidden = constDataOf(hiddenHidden) + gate * padded * padded;
    const float* ofHidden = constDataOf(inputs) + gate * padded;
    const float* ofInput = gate == 2 ? ofHidden + padded : ofHidden;
    for (int64_t unit = 0, row = gate * size; unit < size; unit++, row++) {
      if (isPadded) std::copy_n(hidden + unit * padded, size, weightHh + row * size);
      for (int64_t k = 0; k < inputSize; k++) weightIh[row * inputSize + k] = ofInput[k * 4 * padded + unit];
      biasIh[row] = ofInput[inputSize * 4 * padded + unit];
      biasHh[row] = ofHidden[inputSize * 4 * padded + unit];
    }
  }
  return result;
}

}  // namespace

void gruForward(const GruForwardSlice& slice, int64_t unitParts) {
  const int64_t lanes = slice.layout.lanes, panels = slice.layout.hidden / lanes;
  const auto firstUnit = [&](int64_t part) { return part * panels / unitParts * lanes; };
  KERNEL(gruForwardBegin)(slice);
  for (int64_t step = 0; step < slice.steps; step++) {
    parallel(unitParts, 1,
             [&](int64_t part) { KERNEL(gruForwardStep)(slice, step, firstUnit(part), firstUnit(part + 1)); });
  }
  KERNEL(gruForwardEnd)(slice);
}

GruForward gruForwardPass(const Tensor& input, const Tensor& hidden, const std::vector<Tensor>& weights,
                          bool withOutput, bool keeps) {
  const int64_t batch = input.size(0), steps = input.size(1), hiddenSize = weights[1].size(1);
  const GruLayout layout = layoutOf(input.size(2), hiddenSize);
  const Slices slices(batch, steps, layout);
  const int64_t keptStates = keeps ? steps + 1 : 2;
  GruForward result{withOutput ? at::empty({batch, steps, hiddenSize}, at::kFloat) : Tensor(),
                    at::empty({batch, hiddenSize}, at::kFloat),
                    {workspace(batch * steps * layout.inputs), workspace(batch * keptStates * layout.state),
                     keeps ? workspace(batch * steps * layout.gates) : Tensor()}};

  const Tensor packed = packForward(layout, weights, steps > 1 || hidden.defined());
  const auto sliceOf = [&](int64_t first, int64_t rows) -> GruForwardSlice {
    return {.layout = layout,
            .rows = rows,
            .steps = steps,
            .keeps = keeps,
            .packed = constDataOf(packed),
            .x = at(constDataOf(input), first * input.stride(0)),
            .xRow = input.stride(0),
            .xStep = input.stride(1),
            .xFeature = input.stride(2),
            .initial = at(constDataOf(hidden), first * hiddenSize),
            .inputs = at(dataOf(result.trace.inputs), first * steps * layout.inputs),
            .states = at(dataOf(result.trace.states), first * keptStates * layout.state),
            .gates = at(dataOf(result.trace.gates), first * steps * layout.gates),
            .output = at(dataOf(result.output), first * steps * hiddenSize),
            .last = at(dataOf(result.last), first * hiddenSize)};
  };
  // Whether a trace is kept doesn't matter: the bits depend on the slices.
  if (slices.count == 1) {
    gruForward(sliceOf(0, batch), unitParts(batch, steps, layout));
  } else {
    parallel(slices.count, 1, [&](int64_t slice) { gruForward(sliceOf(slices.first(slice), slices.rows(slice)), 1); });
  }
  return result;
}

std::vector<Tensor> gruBackwardPass(const GruGradients& gradients, const GruTrace& trace,
                                    const std::vector<Tensor>& weights, int64_t batch, int64_t steps, bool hasInitial,
                                    GruWanted wanted) {
  const int64_t inputSize = weights[0].size(1), hiddenSize = weights[1].size(1);
  const GruLayout layout = layoutOf(inputSize, hiddenSize);
  const Slices slices(batch, steps, layout);
  const Tensor xGradient = wanted.input ? at::empty({batch, steps, inputSize}, at::kFloat) : Tensor();
  const Tensor initialGradient = wanted.hidden ? at::empty({batch, hiddenSize}, at::kFloat) : Tensor();

  const Tensor packedHidden = workspace(3 * layout.hidden * layout.hidden);
  const Tensor packedInput = wanted.input ? workspace(4 * layout.hidden * layout.paddedInput) : Tensor();
  const int64_t panel = 2 * layout.lanes;
  if (steps > 1 || wanted.hidden) {
    parallel(roundUp(layout.hidden, panel) / panel, packGrain(layout), [&](int64_t i) {
      KERNEL(gruPackBackward)(layout, weightsOf(weights), false, i * panel, dataOf(packedHidden));
    });
  }
  for (int64_t column = 0; wanted.input && column < layout.paddedInput; column += panel) {
    KERNEL(gruPackBackward)(layout, weightsOf(weights), true, column, dataOf(packedInput));
  }

  constexpr int64_t kRowsAtOnce = 96;
  const int64_t mostRows = (batch + slices.count - 1) / slices.count;
  const int64_t stepsAtOnce = std::min(steps, std::max<int64_t>(2, kRowsAtOnce / mostRows));
  const int64_t workRow = stepsAtOnce * (layout.gateGradients + layout.paddedInput) + layout.state;
  const Tensor work = workspace(batch * workRow);
  std::vector<Tensor> hiddenHidden, inputs;
  for (int64_t slice = 0; slice < slices.count; slice++) {
    hiddenHidden.push_back(workspace(3 * layout.hidden * layout.hidden));
    inputs.push_back(workspace(layout.inputs * 4 * layout.hidden));
  }
  parallel(slices.count, 1, [&](int64_t slice) {
    const FlushDenormals guard;
    const int64_t first = slices.first(slice), rows = slices.rows(slice);
    float* gateGradients = dataOf(work) + first * workRow;
    float* carry = gateGradients + rows * stepsAtOnce * layout.gateGradients;
    KERNEL(gruBackward)({.layout = layout,
                         .rows = rows,
                         .steps = steps,
                         .packedHidden = constDataOf(packedHidden),
                         .packedInput = constDataOf(packedInput),
                         .inputs = constDataOf(trace.inputs) + first * steps * layout.inputs,
                         .states = constDataOf(trace.states) + first * (steps + 1) * layout.state,
                         .gates = constDataOf(trace.gates) + first * steps * layout.gates,
                         .outputGradient = at(constDataOf(gradients.output), first * steps * hiddenSize),
                         .lastGradient = at(constDataOf(gradients.last), first * hiddenSize),
                         .hasInitial = hasInitial,
                         .stepsAtOnce = stepsAtOnce,
                         .gateGradients = gateGradients,
                         .carry = carry,
                         .xPadded = carry + rows * layout.state,
                         .hiddenHiddenGradient = dataOf(hiddenHidden[slice]),
                         .inputsGradient = dataOf(inputs[slice]),
                         .xGradient = at(dataOf(xGradient), first * steps * inputSize),
                         .initialGradient = at(dataOf(initialGradient), first * hiddenSize)});
  });
  std::vector<Tensor> result{xGradient, initialGradient};
  for (Tensor& gradient : weightGradients(layout, sumInPlace(hiddenHidden), sumInPlace(inputs))) {
    result.push_back(std::move(gradient));
  }
  return result;
}

}  // namespace kernels
