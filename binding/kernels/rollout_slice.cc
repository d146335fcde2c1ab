// Joint paths of an MDN-RNN whose first input is the value: see gru_slice.cc for the GRU's formulas. Inputs known in
// advance are the same for all paths, so that what they add to the gates is a bias of the step.
//
// Some paths at a time go through all steps: they need nothing of each other, and their states stay in the cache. Paths
// come in whole vectors, some of them superfluous, so that each number is computed by the same operations in the same
// order whatever the number of paths.
#include "rollout_slice.h"

#include "gru_gates.h"
#include "kernels.h"
#include "path_noise.h"
#include "tile.h"

namespace kernels::KERNEL_ISA {
namespace {

/** The next states of some rows, one vector of units. */
template <int Rows>
__attribute__((noinline)) void stateTile(const RollOutSlice& s, const float* known, int64_t panel, const float* values,
                                         const float* before, float* after) {
  const int64_t stride = s.layout.state, unit = panel * kLanes;
  const float* hiddenWeights = s.packed + panel * s.layout.forwardPanel;
  const float* valueWeights = hiddenWeights + s.layout.hiddenSize * kGates * kLanes;
  const float* biases = valueWeights + s.layout.inputSize * kGates * kLanes;
  Vec bias[kGates], sum[Rows][kGates], inputPart[Rows];
  KERNEL_UNROLL for (int gate = 0; gate < kGates; gate++) {
    bias[gate] = load(biases + gate * kLanes);
    if (known) bias[gate] += load(known + gate * s.layout.hidden + unit) * kExponents[gate];
  }
  const Vec hiddenBias = load(biases + kGates * kLanes);
  KERNEL_UNROLL for (int i = 0; i < Rows; i++) {
    KERNEL_UNROLL for (int gate = 0; gate < kGates; gate++) {
      sum[i][gate] = broadcast(values[i]) * load(valueWeights + gate * kLanes) + bias[gate];
    }
    inputPart[i] = sum[i][2];
    sum[i][2] = hiddenBias;
  }
  accumulate<Rows, kGates>(s.layout.hiddenSize, {before, stride, 1}, hiddenWeights, kGates * kLanes, sum);
  storeNextStates(gatePowers(sum, inputPart), before + unit, after + unit, stride);
}

void nextStates(const RollOutSlice& s, int64_t step, int64_t rows, const float* values, const float* before,
                float* after) {
  const float* known = s.knownGates ? s.knownGates + step * kGates * s.layout.hidden : nullptr;
  for (int64_t panel = 0; panel < s.layout.hidden / kLanes; panel++) {
    for (int64_t row = 0; row < rows; row += kForwardRows) {
      stateTile<kForwardRows>(s, known, panel, values + row, before + row * s.layout.state,
                              after + row * s.layout.state);
    }
  }
}

/** The raw mixtures of kLanes states by columns: (3 K, kLanes). */
__attribute__((noinline)) void rawColumns(const RollOutSlice& s, const float* states, float* columns) {
  for (int64_t column = 0; column < s.headColumns; column += kLanes) {
    Vec sum[kLanes][1], rows[kLanes];
    KERNEL_UNROLL for (int i = 0; i < kLanes; i++) sum[i][0] = load(s.headBias + column);
    accumulate<kLanes, 1>(s.layout.hiddenSize, {states, s.layout.state, 1}, s.head + column, s.headColumns, sum);
    KERNEL_UNROLL for (int i = 0; i < kLanes; i++) rows[i] = sum[i][0];
    transpose(rows);
    KERNEL_UNROLL for (int i = 0; i < kLanes; i++) store(columns + (column + i) * kLanes, rows[i]);
  }
}

/**
 * A draw from each of kLanes mixtures (3 K, kLanes): the component is the first whose cumulated weight is above the
 * uniform number, the last if rounding leaves none. The cumulated weights take the logits' place.
 */
__attribute__((noinline)) Vec draw(const RollOutSlice& s, const Noise& noise, float* columns) {
  constexpr float kNothing = -86.0f;  // of e^x
  const auto parameter = [&](int64_t k, int64_t which) { return columns + (3 * k + which) * kLanes; };
  Vec largest = load(parameter(0, 2));
  for (int64_t k = 1; k < s.components; k++) {
    const Vec logit = load(parameter(k, 2));
    largest = logit > largest ? logit : largest;
  }
  Vec total = {};
  for (int64_t k = 0; k < s.components; k++) {
    const Vec exponent = (load(parameter(k, 2)) - largest) / s.temperature;
    total += exp(exponent < kNothing ? broadcast(kNothing) : exponent);
    store(parameter(k, 2), total);
  }
  const Vec target = noise.uniform * total;
  Vec mean = load(parameter(0, 0)), variance = load(parameter(0, 1));
  for (int64_t k = 1; k < s.components; k++) {
    const IntVec isPast = target >= load(parameter(k - 1, 2));
    mean = isPast ? load(parameter(k, 0)) : mean;
    variance = isPast ? load(parameter(k, 1)) : variance;
  }
  return noise.normal * squareRoot((softplus(variance) + s.varianceFloor) * s.temperature) + mean;
}

/** The values of one step of all rows, from their states. */
void drawStep(const RollOutSlice& s, int64_t firstPath, int64_t step, int64_t rows, const float* states, float* columns,
              float* values) {
  for (int64_t row = 0; row < rows; row += kLanes) {
    rawColumns(s, states + row * s.layout.state, columns);
    const int64_t path = firstPath + row;
    store(values + row, draw(s, noiseOf({s.seed, step, path}), columns));
    for (int64_t i = 0; i < kLanes && path + i < s.endPath; i++) {
      s.paths[(path + i) * s.horizon + step] = values[row + i];
    }
  }
}

void rollOutSome(const RollOutSlice& s, int64_t firstPath, int64_t rows) {
  const int64_t stride = s.layout.state;
  float *columns = s.work, *values = columns + s.headColumns * kLanes;
  float *states = values + rows, *next = states + rows * stride;
  __builtin_memset(states, 0, rows * stride * sizeof(float));
  for (int64_t row = 0; row < rows; row++) {
    __builtin_memcpy(states + row * stride, s.hidden, s.layout.hiddenSize * sizeof(float));
  }
  for (int64_t step = 0;; step++) {
    drawStep(s, firstPath, step, rows, states, columns, values);
    if (step + 1 == s.horizon) break;
    nextStates(s, step, rows, values, states, next);
    float* last = states;
    states = next;
    next = last;
  }
}

}  // namespace

void rollOut(const RollOutSlice& s) {
  for (int64_t path = s.firstPath; path < s.endPath; path += s.kPathsAtOnce) {
    const int64_t left = (s.endPath - path + kLanes - 1) / kLanes * kLanes;
    rollOutSome(s, path, left < s.kPathsAtOnce ? left : s.kPathsAtOnce);
  }
}

void pathNoise(PathNoise of, int64_t paths, float* uniforms, float* normals) {
  for (int64_t i = 0; i < paths; i += kLanes) {
    const Noise noise = noiseOf({of.seed, of.step, of.firstPath + i});
    store(uniforms + i, noise.uniform);
    store(normals + i, noise.normal);
  }
}

}  // namespace kernels::KERNEL_ISA
