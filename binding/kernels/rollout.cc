#include "rollout.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>

#include <algorithm>

#include "gru_plan.h"
#include "kernels.h"

namespace kernels {
namespace {

using at::Tensor;

constexpr int64_t kParametersOfAComponent = 3;

/** The paths' inputs and states, and what a step of one thread needs beside them. */
class Paths {
 public:
  Paths(const MdnRnnWeights& weights, const Tensor& value, const Tensor& hidden)
      : layout_(layoutOf(1, weights.gru[1].size(1))),
        slices_(value.size(0), 1, layout_),
        outputs_(weights.headWeight.size(0)),
        packed_(packForward(layout_, weights.gru, true)),
        headWeight_(weights.headWeight.contiguous()),
        headBias_(weights.headBias.contiguous()),
        values_(value.clone(at::MemoryFormat::Contiguous)),
        hidden_(hidden.clone(at::MemoryFormat::Contiguous)) {
    const int64_t batch = slices_.batch;
    inputs_ = at::empty({batch, layout_.inputs}, at::kFloat);
    states_ = at::empty({2 * batch, layout_.state}, at::kFloat);
    raw_ = at::empty({batch, outputs_}, at::kFloat);
    headPacked_ = at::empty({slices_.count, roundUp(outputs_, 2 * layout_.lanes) * layout_.hiddenSize}, at::kFloat);
  }

  /** The next values of all paths, also into `column`, `stride` apart. */
  void advance(const MixtureOptions& options, const std::optional<at::Generator>& generator, float* column,
               int64_t stride) {
    const int64_t batch = slices_.batch, components = outputs_ / kParametersOfAComponent;
    const Tensor uniforms = at::empty({batch, components}, at::kDouble).uniform_(0, 1, generator);
    const Tensor normals = at::empty({batch, 1}, at::kFloat).normal_(0, 1, generator);
    const double* uniform = uniforms.const_data_ptr<double>();
    const float* normal = normals.const_data_ptr<float>();
    const float* raw = raw_.const_data_ptr<float>();
    float* values = values_.mutable_data_ptr<float>();
    parallel(slices_.count, 1, [&](int64_t slice) {
      const int64_t first = slices_.first(slice), end = first + slices_.rows(slice);
      stepStates(slice);
      stepHead(slice);
      for (int64_t path = first; path < end; path++) {
        values[path] = normal[path];
        drawFrom<float>({raw + path * outputs_, components, 1}, options, uniform + path * components, values + path);
        column[path * stride] = values[path];
      }
    });
  }

 private:
  void stepStates(int64_t slice) {
    const int64_t first = slices_.first(slice), hiddenSize = layout_.hiddenSize;
    float* hidden = hidden_.mutable_data_ptr<float>() + first * hiddenSize;
    best().gruForward({.layout = layout_,
                       .rows = slices_.rows(slice),
                       .steps = 1,
                       .keeps = false,
                       .packed = packed_.const_data_ptr<float>(),
                       .x = values_.const_data_ptr<float>() + first,
                       .xRow = 1,
                       .xStep = 1,
                       .xFeature = 1,
                       .initial = hidden,
                       .inputs = inputs_.mutable_data_ptr<float>() + first * layout_.inputs,
                       .states = states_.mutable_data_ptr<float>() + 2 * first * layout_.state,
                       .gates = nullptr,
                       .output = nullptr,
                       .last = hidden});
  }

  void stepHead(int64_t slice) {
    const int64_t first = slices_.first(slice), depth = layout_.hiddenSize;
    best().gemm({.rows = slices_.rows(slice),
                 .columns = outputs_,
                 .depth = depth,
                 .blockDepth = depth,
                 .a = {hidden_.const_data_ptr<float>() + first * depth, depth, 1},
                 .b = {headWeight_.const_data_ptr<float>(), depth, 1},
                 .bias = headBias_.const_data_ptr<float>(),
                 .c = raw_.mutable_data_ptr<float>() + first * outputs_,
                 .cStride = outputs_,
                 .packed = headPacked_.mutable_data_ptr<float>() + slice * headPacked_.size(1)});
  }

  const GruLayout layout_;
  const Slices slices_;
  const int64_t outputs_;
  const Tensor packed_, headWeight_, headBias_;
  Tensor values_, hidden_, inputs_, states_, raw_, headPacked_;
};

}  // namespace

bool isRollOut(const MdnRnnWeights& weights, const Tensor& value, const Tensor& hidden) {
  const auto fits = [](const Tensor& tensor) { return tensor.is_cpu() && tensor.scalar_type() == at::kFloat; };
  const bool areFloats = std::all_of(weights.gru.begin(), weights.gru.end(), fits) && fits(weights.headWeight) &&
                         fits(weights.headBias) && fits(value) && fits(hidden);
  return areFloats && weights.gru.size() == 4 && weights.gru[0].size(1) == 1;
}

Tensor rollOut(const MdnRnnWeights& weights, const Tensor& value, const Tensor& hidden, int64_t steps,
               const MixtureOptions& options, const std::optional<at::Generator>& generator) {
  const at::NoGradGuard noGrad;
  const Tensor result = at::empty({value.size(0), steps}, at::kFloat);
  Paths paths(weights, value, hidden);
  float* column = result.mutable_data_ptr<float>();
  for (int64_t step = 0; step < steps; step++) paths.advance(options, generator, column + step, steps);
  return result;
}

}  // namespace kernels
