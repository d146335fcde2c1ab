// With σ the sigmoid and * elementwise, PyTorch's GRU is
//
//   r = σ(W_ir x + b_ir + W_hr h + b_hr)    z = σ(W_iz x + b_iz + W_hz h + b_hz)
//   m = W_hn h + b_hn                       n = tanh(W_in x + b_in + r * m)        h' = n + z * (h - n)
//
// and with dh' the gradient of h' and da that of the input of a gate a,
//
//   dn = dh' * (1 - z) * (1 - n²)    dm = dn * r    dr = dn * m * r * (1 - r)    dz = dh' * (h - n) * z * (1 - z)
//   dh = dh' * z + W_hrᵀ dr + W_hzᵀ dz + W_hnᵀ dm    dx = W_irᵀ dr + W_izᵀ dz + W_inᵀ dn
//
// Forward, a tile holds the three gates' products of some rows and one vector of units, which become h' a few tiles at
// a time (gru_gates.h). Backward, a tile holds dh, from which the gradients of the step before come. The weights'
// gradients are sums over all steps and rows of products of dr, dz, dm, dn with h and x, taken some steps at a time,
// while those are in the cache.
#include "gru_slice.h"

#include "../products/pack_lines.h"
#include "../products/tile.h"
#include "gru_gates.h"

namespace kernels::KERNEL_ISA {
namespace {

// What the registers hold beside the weights, of two vectors.
constexpr int kBackwardRows = kLanes == 16 ? 12 : 6;
// Of the weights' gradients, for whose tiles the left matrix is read from the second cache: the wider, the less often.
constexpr int kGradientVectors = kLanes == 16 ? 4 : 2;
constexpr float kPerM = 1.0f / kExponents[2];  // m is kept as gru_gates.h scales it

/** The gates' exponents of some rows, one vector of units. */
template <int Rows>
__attribute__((noinline)) void forwardTile(const GruForwardSlice& s, int64_t panel, const float* inputs,
                                           const float* before, bool isZeroBefore, GateRows& gates, int64_t row) {
  const GruLayout& layout = s.layout;
  const float* hiddenWeights = s.packed + panel * layout.forwardPanel;
  const float* inputWeights = hiddenWeights + layout.hiddenSize * kGates * kLanes;
  const Vec hiddenBias = load(inputWeights + layout.inputs * kGates * kLanes);
  Vec sum[Rows][kGates] = {}, inputPart[Rows];
  accumulate<Rows, kGates>(layout.inputs, {inputs, layout.inputs, 1}, inputWeights, kGates * kLanes, sum);
  KERNEL_UNROLL for (int i = 0; i < Rows; i++) {
    inputPart[i] = sum[i][2];
    sum[i][2] = hiddenBias;
  }
  if (!isZeroBefore) {
    accumulate<Rows, kGates, chainsFor(Rows, kGates)>(layout.hiddenSize, {before, layout.state, 1}, hiddenWeights,
                                                      kGates * kLanes, sum);
  }
  gates.put(row, sum, inputPart);
}

/** The states before a step, or at the end. */
float* statesBefore(const GruForwardSlice& s, int64_t step) {
  return s.states + (s.keeps ? step : step % 2) * s.rows * s.layout.state;
}

void nextStates(const GruForwardSlice& s, int64_t step, int64_t firstUnit, int64_t unitEnd) {
  const GruLayout& layout = s.layout;
  const float *inputs = s.inputs + step * s.rows * layout.inputs, *before = statesBefore(s, step);
  float *after = statesBefore(s, step + 1), *kept = s.keeps ? s.gates + step * s.rows * layout.gates : nullptr;
  const bool isZeroBefore = step == 0 && !s.initial;
  GateRows gates;
  for (int64_t unit = firstUnit; unit < unitEnd; unit += kLanes) {
    for (int64_t first = 0; first < s.rows; first += kGateRows) {
      const int64_t rows = s.rows - first < kGateRows ? s.rows - first : kGateRows;
      const float* h = before + first * layout.state;
      float* next = after + first * layout.state + unit;
      float* keptHere = kept ? kept + first * layout.gates + unit * 4 : nullptr;
      forEachTile<kForwardRows>(rows, [&](auto tileRows, int64_t row) {
        constexpr int kRows = decltype(tileRows)::value;
        if (kept) {
          KERNEL_UNROLL for (int64_t i = row; i < row + kRows; i++) {
            prefetchToWrite<1>(next + i * layout.state);
            prefetchToWrite<4>(keptHere + i * layout.gates);
          }
        }
        forwardTile<kRows>(s, unit / kLanes, inputs + (first + row) * layout.inputs, h + row * layout.state,
                           isZeroBefore, gates, row);
      });
      gates.storeNextStates(rows, h + unit, next, layout.state, keptHere, layout.gates);
    }
  }
}

// dh = carry + W_hhᵀ of the next step's gradients, then this step's gradients and dh * z as the new carry; with no
// place for gradients only dh.
template <int Rows, int Vectors>
__attribute__((noinline)) void backwardTile(const GruBackwardSlice& s, int64_t unit, int64_t first, const float* next,
                                            const float* gates, const float* before, float* gradients) {
  const GruLayout& layout = s.layout;
  const int64_t stateStride = layout.state, gatesStride = layout.gates, gradientStride = layout.gateGradients;
  const int64_t hidden = layout.hidden;
  const float *h = before + first * stateStride + unit, *kept = gates + first * gatesStride + unit * 4;
  float* carry = s.carry + first * stateStride + unit;
  KERNEL_UNROLL for (int i = 0; i < Rows; i++) {
    prefetch<Vectors>(h + i * stateStride);
    prefetch<4 * Vectors>(kept + i * gatesStride);
  }

  Vec dh[Rows][Vectors];
  KERNEL_UNROLL for (int i = 0; i < Rows; i++) KERNEL_UNROLL for (int v = 0; v < Vectors; v++) {
    dh[i][v] = load(carry + i * stateStride + v * kLanes);
  }
  if (next) {
    accumulate<Rows, Vectors, chainsFor(Rows, Vectors)>(kGates * hidden,
                                                        {next + first * gradientStride, gradientStride, 1},
                                                        s.packedHidden + unit * kGates * hidden, Vectors * kLanes, dh);
  }
  KERNEL_UNROLL for (int i = 0; i < Rows; i++) KERNEL_UNROLL for (int v = 0; v < Vectors; v++) {
    float* newCarry = carry + i * stateStride + v * kLanes;
    if (!gradients) {
      store(newCarry, dh[i][v]);
      continue;
    }
    const float* gate = kept + i * gatesStride + v * 4 * kLanes;
    const Vec r = load(gate), z = load(gate + kLanes), n = load(gate + 2 * kLanes), m = load(gate + 3 * kLanes);
    const Vec notZ = 1.0f - z, dhz = dh[i][v] * z;
    const Vec dn = dh[i][v] * notZ * (1.0f - n * n), dm = dn * r;
    float* gradient = gradients + (first + i) * gradientStride + unit + v * kLanes;
    store(gradient, dm * m * (kPerM - r * kPerM));
    store(gradient + hidden, dhz * notZ * (load(h + i * stateStride + v * kLanes) - n));
    store(gradient + 2 * hidden, dm);
    store(gradient + 3 * hidden, dn);
    store(newCarry, dhz);
  }
}

template <int Rows, int Vectors>
__attribute__((noinline)) void addTile(int64_t depth, const Strided& a, const float* b, int64_t bStride, float* sum,
                                       int64_t sumStride) {
  Vec product[Rows][Vectors] = {};
  accumulate<Rows, Vectors, chainsFor(Rows, Vectors)>(depth, a, b, bStride, product);
  KERNEL_UNROLL for (int i = 0; i < Rows; i++) KERNEL_UNROLL for (int v = 0; v < Vectors; v++) {
    float* to = sum + i * sumStride + v * kLanes;
    store(to, load(to) + product[i][v]);
  }
}

// Columns [0, count), whole vectors, at most `Most` vectors at a time: body(Constant<vectors>, first).
template <int Most, class Body>
KERNEL_INLINE void forEachPanel(int64_t count, Body body) {
  int64_t first = 0;
  for (; first + Most * kLanes <= count; first += Most * kLanes) body(Constant<Most>{}, first);
  if (first < count) withConstant<Most>((count - first) / kLanes, [&](auto vectors) { body(vectors, first); });
}

/** sum (rows, columns) += aᵀ b, with a (depth, rows) and b (depth, columns). */
void addTransposedProduct(int64_t rows, int64_t columns, int64_t depth, const float* a, int64_t aStride, const float* b,
                          int64_t bStride, float* sum, int64_t sumStride) {
  if (depth == 0) return;  // the sums may be large
  forEachPanel<kGradientVectors>(columns, [&](auto vectors, int64_t column) {
    constexpr int kVectors = decltype(vectors)::value;
    constexpr int kMostRows = kVectors > 2 ? 2 * kBackwardRows / kVectors : kBackwardRows;
    forEachTile<kMostRows>(rows, [&](auto tileRows, int64_t row) {
      addTile<decltype(tileRows)::value, kVectors>(depth, {a + row, 1, aStride}, b + column, bStride,
                                                   sum + row * sumStride + column, sumStride);
    });
  });
}

void copyRows(int64_t rows, int64_t count, const float* from, int64_t fromStride, float* to, int64_t toStride) {
  for (int64_t i = 0; i < rows; i++) __builtin_memcpy(to + i * toStride, from + i * fromStride, count * sizeof(float));
}

// An empty batch has no memory, and memset takes no null pointer even then.
void zero(float* to, int64_t count) {
  if (count > 0) __builtin_memset(to, 0, count * sizeof(float));
}

void gatherInputs(const GruForwardSlice& s) {
  float* to = s.inputs;
  for (int64_t t = 0; t < s.steps; t++) {
    for (int64_t row = 0; row < s.rows; row++) {
      const float* x = s.x + row * s.xRow + t * s.xStep;
      for (int64_t i = 0; i < s.layout.inputSize; i++) *to++ = x[i * s.xFeature];
      *to++ = 1.0f;
    }
  }
}

void backwardStep(const GruBackwardSlice& s, int64_t t, const float* next, float* gradients) {
  const GruLayout& layout = s.layout;
  if (s.outputGradient && gradients) {
    for (int64_t row = 0; row < s.rows; row++) {
      const float* given = s.outputGradient + (row * s.steps + t) * layout.hiddenSize;
      float* carry = s.carry + row * layout.state;
      for (int64_t j = 0; j < layout.hiddenSize; j++) carry[j] += given[j];
    }
  }
  const int64_t row = gradients ? t * s.rows : 0;
  const float *gates = s.gates + row * layout.gates, *before = s.states + row * layout.state;
  forEachPanel<2>(layout.hidden, [&](auto vectors, int64_t unit) {
    forEachTile<kBackwardRows>(s.rows, [&](auto rows, int64_t first) {
      backwardTile<decltype(rows)::value, decltype(vectors)::value>(s, unit, first, next, gates, before, gradients);
    });
  });
}

// dx of some steps: a product of all gates' gradients with W_ih, whose rows are zero for dm.
void inputGradients(const GruBackwardSlice& s, int64_t firstStep, int64_t steps) {
  const GruLayout& layout = s.layout;
  const int64_t rows = steps * s.rows, depth = 4 * layout.hidden;
  zero(s.xPadded, rows * layout.paddedInput);
  forEachPanel<2>(layout.paddedInput, [&](auto vectors, int64_t column) {
    constexpr int kVectors = decltype(vectors)::value;
    forEachTile<kBackwardRows>(rows, [&](auto tileRows, int64_t row) {
      addTile<decltype(tileRows)::value, kVectors>(
          depth, {s.gateGradients + row * layout.gateGradients, layout.gateGradients, 1},
          s.packedInput + column * depth, kVectors * kLanes, s.xPadded + row * layout.paddedInput + column,
          layout.paddedInput);
    });
  });
  for (int64_t t = 0; t < steps; t++) {
    copyRows(s.rows, layout.inputSize, s.xPadded + t * s.rows * layout.paddedInput, layout.paddedInput,
             s.xGradient + (firstStep + t) * layout.inputSize, s.steps * layout.inputSize);
  }
}

void weightGradients(const GruBackwardSlice& s, int64_t firstStep, int64_t steps) {
  const GruLayout& layout = s.layout;
  const int64_t first = firstStep * s.rows, rows = steps * s.rows;
  const int64_t zeroRows = firstStep == 0 && !s.hasInitial ? s.rows : 0;
  addTransposedProduct(kGates * layout.hidden, layout.hidden, rows - zeroRows,
                       s.gateGradients + zeroRows * layout.gateGradients, layout.gateGradients,
                       s.states + (first + zeroRows) * layout.state, layout.state, s.hiddenHiddenGradient,
                       layout.hidden);
  addTransposedProduct(layout.inputs, 4 * layout.hidden, rows, s.inputs + first * layout.inputs, layout.inputs,
                       s.gateGradients, layout.gateGradients, s.inputsGradient, 4 * layout.hidden);
}

}  // namespace

// A panel has one vector of units: rows [r z n] of W_hh for each hidden unit, then of W_ih for each input, then the
// biases as the input that is one (b_i and b_h together but for n), then b_hn; all multiplied by the gate's kExponents.
void gruPackForward(const GruLayout& layout, const GruWeights& weights, int64_t panel, bool withHidden, float* packed) {
  constexpr int64_t kRow = kGates * kLanes;
  const int64_t hiddenSize = layout.hiddenSize, inputSize = layout.inputSize, first = panel * kLanes;
  const int64_t count = hiddenSize - first < kLanes ? hiddenSize - first : kLanes;
  float* hiddenPart = packed + panel * layout.forwardPanel;
  float *inputPart = hiddenPart + hiddenSize * kRow, *bias = inputPart + inputSize * kRow, *hiddenBias = bias + kRow;
  for (int64_t gate = 0; gate < kGates; gate++) {
    const int64_t row = gate * hiddenSize + first, column = gate * kLanes;
    if (withHidden) {
      packLines({weights.hiddenHidden + row * hiddenSize, hiddenSize, 1}, count, hiddenSize, hiddenPart + column, kRow);
    }
    packLines({weights.inputHidden + row * inputSize, inputSize, 1}, count, inputSize, inputPart + column, kRow);
    for (int64_t lane = 0; lane < kLanes; lane++) {
      const float ofInput = lane < count ? weights.inputBias[row + lane] : 0.0f;
      const float ofHidden = lane < count ? weights.hiddenBias[row + lane] : 0.0f;
      bias[column + lane] = gate < 2 ? ofInput + ofHidden : ofInput;
      if (gate == 2) hiddenBias[lane] = ofHidden * kExponents[gate];
    }
  }
  for (float* to = withHidden ? hiddenPart : inputPart; to < hiddenBias; to += kRow) {
    KERNEL_UNROLL for (int gate = 0; gate < kGates; gate++) {
      store(to + gate * kLanes, load(to + gate * kLanes) * kExponents[gate]);
    }
  }
}

// A panel has up to two vectors of columns of W_hh or W_ih, all its rows one after another, each gate's padded.
void gruPackBackward(const GruLayout& layout, const GruWeights& weights, bool isInput, int64_t firstColumn,
                     float* packed) {
  const int64_t columns = isInput ? layout.inputSize : layout.hiddenSize;
  const int64_t padded = isInput ? layout.paddedInput : layout.hidden;
  const int64_t width = padded - firstColumn < 2 * kLanes ? padded - firstColumn : 2 * kLanes;
  const int64_t count = columns - firstColumn < width ? columns - firstColumn : width;
  const int64_t gates = isInput ? 4 : 3;
  float* to = packed + firstColumn * gates * layout.hidden;
  for (int64_t gate = 0; gate < gates; gate++) {
    const bool isEmpty = isInput && gate == 2;  // dm takes no part in dx
    const int64_t weightGate = isInput && gate == 3 ? 2 : gate;
    const float* from =
        (isInput ? weights.inputHidden : weights.hiddenHidden) + weightGate * layout.hiddenSize * columns + firstColumn;
    for (int64_t k = 0; k < layout.hidden; k++, to += width) {
      const int64_t copied = isEmpty || k >= layout.hiddenSize ? 0 : count;
      for (int64_t i = 0; i < width; i++) to[i] = i < copied ? from[k * columns + i] : 0.0f;
    }
  }
}

void gruForwardBegin(const GruForwardSlice& s) {
  const GruLayout& layout = s.layout;
  const int64_t stateSize = s.rows * layout.state;
  gatherInputs(s);
  if (!s.initial || layout.hidden > layout.hiddenSize) zero(s.states, stateSize);
  if (s.initial) copyRows(s.rows, layout.hiddenSize, s.initial, layout.hiddenSize, s.states, layout.state);
}

void gruForwardStep(const GruForwardSlice& s, int64_t step, int64_t firstUnit, int64_t unitEnd) {
  const GruLayout& layout = s.layout;
  nextStates(s, step, firstUnit, unitEnd);
  if (s.output) {
    const int64_t end = unitEnd < layout.hiddenSize ? unitEnd : layout.hiddenSize;
    copyRows(s.rows, end - firstUnit, statesBefore(s, step + 1) + firstUnit, layout.state,
             s.output + step * layout.hiddenSize + firstUnit, s.steps * layout.hiddenSize);
  }
}

void gruForwardEnd(const GruForwardSlice& s) {
  copyRows(s.rows, s.layout.hiddenSize, statesBefore(s, s.steps), s.layout.state, s.last, s.layout.hiddenSize);
}

void gruBackward(const GruBackwardSlice& s) {
  const GruLayout& layout = s.layout;
  const int64_t gradientSize = s.rows * layout.gateGradients;
  zero(s.carry, s.rows * layout.state);
  zero(s.hiddenHiddenGradient, kGates * layout.hidden * layout.hidden);
  zero(s.inputsGradient, layout.inputs * 4 * layout.hidden);
  if (s.lastGradient) copyRows(s.rows, layout.hiddenSize, s.lastGradient, layout.hiddenSize, s.carry, layout.state);
  const float* next = nullptr;
  for (int64_t end = s.steps; end > 0;) {
    const int64_t start = (end - 1) / s.stepsAtOnce * s.stepsAtOnce;
    for (int64_t t = end - 1; t >= start; t--) {
      float* gradients = s.gateGradients + (t - start) * gradientSize;
      backwardStep(s, t, next, gradients);
      next = gradients;
    }
    weightGradients(s, start, end - start);
    if (s.xGradient) inputGradients(s, start, end - start);
    end = start;
  }
  if (s.initialGradient) {
    backwardStep(s, -1, next, nullptr);
    copyRows(s.rows, layout.hiddenSize, s.carry, layout.state, s.initialGradient, layout.hiddenSize);
  }
}

}  // namespace kernels::KERNEL_ISA
