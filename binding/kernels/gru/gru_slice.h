// The GRU's arithmetic on the batch rows of one thread. Plain data only: the files of every instruction set include it.
#pragma once

#include <cstdint>

#include "../vectors/instruction_set.h"

namespace kernels {

/** Sizes in floats. Hidden units are padded with zeros to whole vectors, so that nothing needs a mask. */
struct GruLayout {
  int64_t inputSize, hiddenSize, lanes;
  int64_t inputs;  // a row of inputs: the features and a one, which multiplies the biases
  int64_t hidden;  // hiddenSize, padded
  int64_t state;   // a row of hidden states
  int64_t gates;  // a row of what the backward pass needs: for each vector of units r, z, n, m as gru_gates.h scales it
  int64_t gateGradients;  // a row of the gradients of the gates' inputs: r, z, n's hidden part, n's input part
  int64_t forwardPanel;   // gruPackForward's, and there are hidden / lanes of them
  int64_t paddedInput;    // inputSize, padded
};

/** (3H, I), (3H, H), (3H), (3H), the gates in the order r, z, n. */
struct GruWeights {
  const float *inputHidden, *hiddenHidden, *inputBias, *hiddenBias;
};

/** Pointers to a batch are at the slice's first row. */
struct GruForwardSlice {
  GruLayout layout;
  int64_t rows, steps;
  bool keeps;  // all steps' states and gates for a backward pass; else states of two steps and no gates
  const float* packed;
  const float* x;  // (rows, steps, I) with these strides
  int64_t xRow, xStep, xFeature;
  const float* initial;            // (rows, H), null for zeros
  float *inputs, *states, *gates;  // (steps, rows, ·), (steps + 1, rows, ·), (steps, rows, ·)
  float* output;                   // (rows, steps, H), or null
  float* last;                     // (rows, H)
};

struct GruBackwardSlice {
  GruLayout layout;
  int64_t rows, steps;
  const float *packedHidden, *packedInput;     // packedInput only for xGradient
  const float *inputs, *states, *gates;        // the forward pass's
  const float *outputGradient, *lastGradient;  // (rows, steps, H), (rows, H), null for zeros
  bool hasInitial;                             // else the first state is zero and takes no part
  int64_t stepsAtOnce;                         // whose gate gradients are kept until they go into the weights'
  float *gateGradients, *carry, *xPadded;      // work: (stepsAtOnce, rows, ·), (rows, ·), (stepsAtOnce, rows, ·)
  float* hiddenHiddenGradient;                 // (3 hidden, hidden)
  float* inputsGradient;                       // (inputs, 4 hidden)
  float *xGradient, *initialGradient;          // (rows, steps, I), (rows, H), or null
};

KERNEL_DECLARE(void gruPackForward(const GruLayout&, const GruWeights&, int64_t panel, bool withHidden, float* packed));
KERNEL_DECLARE(void gruPackBackward(const GruLayout&, const GruWeights&, bool isInput, int64_t firstColumn,
                                    float* packed));
KERNEL_DECLARE(void gruForwardBegin(const GruForwardSlice&));
KERNEL_DECLARE(void gruForwardStep(const GruForwardSlice&, int64_t step, int64_t firstUnit, int64_t unitEnd));
KERNEL_DECLARE(void gruForwardEnd(const GruForwardSlice&));
KERNEL_DECLARE(void gruBackward(const GruBackwardSlice&));

}  // namespace kernels
