// Joint paths of an MDN-RNN whose first input is the value: see gru_slice.cc for the GRU's formulas. Inputs known in
// advance are the same for all paths, so that what they add to the gates is a bias of the step.
//
// Some paths at a time go through all steps: they need nothing of each other, and their states stay in the cache. Draws
// are of whole vectors, some of whose paths may be superfluous. Each number is computed by the same operations in the
// same order whatever the number of paths. All begin with the same state, whose products are taken once.
#include "rollout_slice.h"

#include "../gru/gru_gates.h"
#include "../products/tile.h"
#include "path_noise.h"

namespace kernels::KERNEL_ISA {
namespace {

/** The products of the state that all paths begin with: W_hh h (3, hidden), scaled as the gates are. */
void startGates(const RollOutSlice& s, float* gates) {
  for (int64_t panel = 0; panel < s.layout.hidden / kLanes; panel++) {
    Vec sum[1][kGates] = {};
    accumulate<1, kGates>(s.layout.hiddenSize, {s.hidden, 0, 1}, s.packed + panel * s.layout.forwardPanel,
                          kGates * kLanes, sum);
    KERNEL_UNROLL for (int gate = 0; gate < kGates; gate++) {
      store(gates + gate * s.layout.hidden + panel * kLanes, sum[0][gate]);
    }
  }
}

/** The gates' exponents of some rows, one vector of units; `start` is startGates's in the first step and else null. */
template <int Rows>
__attribute__((noinline)) void stateTile(const RollOutSlice& s, const float* known, const float* start, int64_t panel,
                                         const float* values, const float* before, GateRows& gates, int64_t row) {
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
  if (start) {
    KERNEL_UNROLL for (int i = 0; i < Rows; i++) KERNEL_UNROLL for (int gate = 0; gate < kGates; gate++) {
      sum[i][gate] += load(start + gate * s.layout.hidden + unit);
    }
  } else {
    accumulate<Rows, kGates>(s.layout.hiddenSize, {before, stride, 1}, hiddenWeights, kGates * kLanes, sum);
  }
  gates.put(row, sum, inputPart);
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

/** What a slice's paths have in common, and room for some of them. */
struct Workspace {
  float *startGates, *startColumns;  // of the state that all begin with: startGates's, rawColumns's
  float* columns;
  float *values, *states, *next;  // (rows), (rows, state), (rows, state)

  explicit Workspace(const RollOutSlice& s)
      : startGates(s.work),
        startColumns(startGates + kGates * s.layout.hidden),
        columns(startColumns + s.headColumns * kLanes),
        values(columns + s.headColumns * kLanes),
        states(values + s.kPathsAtOnce),
        next(states + s.kPathsAtOnce * s.layout.state) {}
};

/** The same state in so many rows. */
void startStates(const RollOutSlice& s, int64_t rows, float* states) {
  __builtin_memset(states, 0, rows * s.layout.state * sizeof(float));
  for (int64_t row = 0; row < rows; row++) {
    __builtin_memcpy(states + row * s.layout.state, s.hidden, s.layout.hiddenSize * sizeof(float));
  }
}

void nextStates(const RollOutSlice& s, const Workspace& work, int64_t step, int64_t rows) {
  const float* known = s.knownGates ? s.knownGates + step * kGates * s.layout.hidden : nullptr;
  const float* start = step == 0 ? work.startGates : nullptr;
  const int64_t stride = s.layout.state;
  GateRows gates;
  for (int64_t panel = 0; panel < s.layout.hidden / kLanes; panel++) {
    for (int64_t first = 0; first < rows; first += kGateRows) {
      const int64_t count = rows - first < kGateRows ? rows - first : kGateRows;
      const float *values = work.values + first, *states = work.states + first * stride;
      forEachTile<kForwardRows>(count, [&](auto tileRows, int64_t row) {
        stateTile<decltype(tileRows)::value>(s, known, start, panel, values + row, states + row * stride, gates, row);
      });
      gates.storeNextStates(count, states + panel * kLanes, work.next + first * stride + panel * kLanes, stride,
                            nullptr, 0);
    }
  }
}

/** The values of one step of all rows, from their states. */
void drawStep(const RollOutSlice& s, const Workspace& work, int64_t firstPath, int64_t step, int64_t rows) {
  for (int64_t row = 0; row < rows; row += kLanes) {
    if (step == 0) {
      __builtin_memcpy(work.columns, work.startColumns, s.headColumns * kLanes * sizeof(float));
    } else {
      rawColumns(s, work.states + row * s.layout.state, work.columns);
    }
    const int64_t path = firstPath + row;
    store(work.values + row, draw(s, noiseOf({s.seed, step, path}), work.columns));
    for (int64_t i = 0; i < kLanes && path + i < s.endPath; i++) {
      s.paths[(path + i) * s.horizon + step] = work.values[row + i];
    }
  }
}

void rollOutSome(const RollOutSlice& s, Workspace work, int64_t firstPath, int64_t rows) {
  startStates(s, rows, work.states);
  for (int64_t step = 0;; step++) {
    drawStep(s, work, firstPath, step, rows);
    if (step + 1 == s.horizon) break;
    nextStates(s, work, step, rows);
    float* last = work.states;
    work.states = work.next;
    work.next = last;
  }
}

}  // namespace

void rollOut(const RollOutSlice& s) {
  const Workspace work(s);
  startGates(s, work.startGates);
  // The superfluous paths' states are read, too.
  startStates(s, s.kPathsAtOnce, work.states);
  startStates(s, s.kPathsAtOnce, work.next);
  rawColumns(s, work.states, work.startColumns);
  for (int64_t path = s.firstPath; path < s.endPath; path += s.kPathsAtOnce) {
    const int64_t left = s.endPath - path;
    rollOutSome(s, work, path, left < s.kPathsAtOnce ? left : s.kPathsAtOnce);
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
