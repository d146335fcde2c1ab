// libtorch's kernel takes each parameter's update to all threads by itself, and its steps in a call before: for small
// nets that is most of the time. Ours takes all parameters at once. Whether it gives libtorch's bits is tried once,
// before the first step; where it does not, libtorch's is called.
#include "adam.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_fused_adam.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <torch/csrc/autograd/variable.h>

#include <algorithm>
#include <cmath>

#include "../../old_glibc.h"
#include "../random/pseudo_random.h"
#include "../vectors/float_on_cpu.h"
#include "../vectors/stand_ins.h"
#include "adam_slice.h"

USE_OLD_GLIBC(pow);

namespace kernels {
namespace {

using at::Tensor;

void libtorchStep(const std::vector<AdamParameter>& all, const AdamOptions& options) {
  std::vector<Tensor> parameters, gradients, expAvgs, expAvgSqs, steps;
  for (const AdamParameter& each : all) {
    parameters.push_back(each.parameter);
    gradients.push_back(each.gradient);
    expAvgs.push_back(each.expAvg);
    expAvgSqs.push_back(each.expAvgSq);
    steps.push_back(each.step);
  }
  at::_foreach_add_(steps, 1);  // the kernel reads the steps but does not count them
  at::_fused_adam_(parameters, gradients, expAvgs, expAvgSqs, /*max_exp_avg_sqs=*/{}, steps, options.lr, options.beta1,
                   options.beta2, options.weightDecay, options.eps, /*amsgrad=*/false, /*maximize=*/false);
}

AdamFactors factorsOf(const AdamOptions& options, double step) {
  const double correction1 = 1 - std::pow(options.beta1, step), correction2 = 1 - std::pow(options.beta2, step);
  return {.weightDecay = static_cast<float>(options.weightDecay),
          .lerpWeight = static_cast<float>(1 - options.beta1),
          .beta2 = static_cast<float>(options.beta2),
          .squareWeight = static_cast<float>(1 - options.beta2),
          .rootOfCorrection2 = static_cast<float>(std::sqrt(correction2)),
          .eps = static_cast<float>(options.eps),
          .minusStepSize = static_cast<float>(-options.lr / correction1)};
}

void ownStep(const std::vector<AdamParameter>& all, const AdamOptions& options) {
  constexpr int64_t kSlice = 4096, kSlicesWorthAThread = 8;  // some 14 µs
  std::vector<AdamSlice> slices;
  for (const AdamParameter& each : all) {
    const int64_t count = each.parameter.numel();
    float *parameter = each.parameter.mutable_data_ptr<float>(), *expAvg = each.expAvg.mutable_data_ptr<float>(),
          *expAvgSq = each.expAvgSq.mutable_data_ptr<float>(), *step = each.step.mutable_data_ptr<float>();
    const float* gradient = each.gradient.const_data_ptr<float>();
    *step += 1;
    const AdamFactors factors = factorsOf(options, *step);
    for (int64_t i = 0; i < count; i += kSlice) {
      slices.push_back({std::min(kSlice, count - i), parameter + i, gradient + i, expAvg + i, expAvgSq + i, factors});
    }
    torch::autograd::impl::bump_version(each.parameter);
  }
  at::parallel_for(0, static_cast<int64_t>(slices.size()), kSlicesWorthAThread, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) KERNEL(adam)(slices[i]);
  });
}

std::vector<AdamParameter> pseudoRandomParameters() {
  PseudoRandom random{1};
  std::vector<AdamParameter> result;
  const auto tensorOf = [&](int64_t count, float least) {
    const Tensor tensor = at::empty({count}, at::kFloat);
    float* data = tensor.mutable_data_ptr<float>();
    for (int64_t i = 0; i < count; i++) data[i] = std::max(least, random.number());
    return tensor;
  };
  // All numbers of elements that are left over from whole vectors, and enough for several threads.
  for (const int64_t count : {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 509, 16421}) {
    result.push_back({tensorOf(count, -1), tensorOf(count, -1), tensorOf(count, -1), tensorOf(count, 0),
                      at::full({}, static_cast<double>(count), at::kFloat)});
  }
  return result;
}

bool givesLibtorchsNumbers() {
  for (const double weightDecay : {0.0, 0.01}) {
    for (const double beta1 : {0.5, 0.9}) {
      const AdamOptions options{1e-3, beta1, 0.999, 1e-8, weightDecay};
      const auto ours = pseudoRandomParameters(), theirs = pseudoRandomParameters();
      for (int i = 0; i < 2; i++) {
        ownStep(ours, options);
        libtorchStep(theirs, options);
      }
      for (size_t i = 0; i < ours.size(); i++) {
        if (!haveSameBits(ours[i].parameter, theirs[i].parameter) || !haveSameBits(ours[i].expAvg, theirs[i].expAvg) ||
            !haveSameBits(ours[i].expAvgSq, theirs[i].expAvgSq) || !haveSameBits(ours[i].step, theirs[i].step)) {
          return false;
        }
      }
    }
  }
  return true;
}

// A module moved after its optimizer was made has left the moments behind.
bool isTaken(const AdamParameter& each) {
  return isFloatOnCpu(each.parameter) && isFloatOnCpu(each.gradient) && isFloatOnCpu(each.expAvg) &&
         isFloatOnCpu(each.expAvgSq) && isFloatOnCpu(each.step) && each.parameter.is_non_overlapping_and_dense();
}

}  // namespace

void adamStep(const std::vector<AdamParameter>& parameters, const AdamOptions& options) {
  if (parameters.empty()) return;
  const at::NoGradGuard noGrad;
  if (std::all_of(parameters.begin(), parameters.end(), isTaken)) {
    static const bool isOwn = givesLibtorchsNumbers();
    if (standsIn(standIns().adam, isOwn)) return ownStep(parameters, options);
  }
  libtorchStep(parameters, options);
}

}  // namespace kernels
