#include "mixture_quantile.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "mixture_math.h"

namespace kernels {
namespace {

using at::Tensor;

struct Gaussian {
  double mean, deviation, weight;
};

/** Those of one mixture whose weight isn't zero, however far away the others are. */
using Gaussians = std::vector<Gaussian>;

/** The probability of at most x, or of at least x, if the weights add up to one: each without loss of digits near 0. */
double probability(const Gaussians& mixture, double x, bool isAbove) {
  double sum = 0;
  for (const Gaussian& each : mixture) {
    const double standard = (x - each.mean) / (each.deviation * M_SQRT2);
    sum += each.weight * 0.5 * std::erfc(isAbove ? standard : -standard);
  }
  return sum;
}

bool isFinite(const Gaussians& mixture) {
  return !mixture.empty() && std::all_of(mixture.begin(), mixture.end(), [](const Gaussian& each) {
    return std::isfinite(each.mean) && std::isfinite(each.deviation) && std::isfinite(each.weight);
  });
}

/** Of a level up to a half from below, of another from above, by bisection. */
double quantile(const Gaussians& mixture, double level) {
  constexpr double kReach = 40;  // deviations, beyond which a Gaussian's tail is zero in float64
  constexpr double kMost = std::numeric_limits<double>::max();
  constexpr double kPrecision = 0x1p-58;  // of a deviation
  if (!isFinite(mixture)) return std::numeric_limits<double>::quiet_NaN();
  double low = kMost, high = -kMost, least = kMost, total = 0;
  for (const Gaussian& each : mixture) {
    low = std::min(low, each.mean - kReach * each.deviation);
    high = std::max(high, each.mean + kReach * each.deviation);
    least = std::min(least, each.deviation);
    total += each.weight;
  }
  low = std::max(low, -kMost);
  high = std::min(high, kMost);
  const bool isAbove = level > 0.5;
  const double part = (isAbove ? 1 - level : level) * total;
  while (high - low > kPrecision * least) {
    const double middle = 0.5 * low + 0.5 * high;
    if (middle <= low || middle >= high) break;
    const double there = probability(mixture, middle, isAbove);
    (isAbove ? there > part : there < part) ? low = middle : high = middle;
  }
  return high;
}

Gaussians gaussiansOf(const double* means, const double* variances, const double* logWeights, int64_t components) {
  Gaussians result;
  for (int64_t k = 0; k < components; k++) {
    const double weight = std::exp(logWeights[k]);
    if (weight != 0) result.push_back({means[k], std::sqrt(variances[k]), weight});
  }
  return result;
}

}  // namespace

Tensor mixtureQuantiles(const Mixtures& mixtures, const Tensor& levels) {
  constexpr int64_t kGaussiansWorthAThread = 32;  // each computed some sixty times, for one level
  const at::NoGradGuard noGrad;
  const auto onCpu = [](const Tensor& tensor) { return tensor.to(at::kCPU, at::kDouble).contiguous(); };
  const Tensor means = onCpu(mixtures.means), variances = onCpu(mixtures.variances),
               logWeights = onCpu(mixtures.logWeights), parts = onCpu(levels);
  const int64_t batch = variances.size(0), components = variances.size(1), count = parts.numel();
  const Tensor result = at::empty({batch, count}, at::kDouble);
  const double *mean = means.const_data_ptr<double>(), *variance = variances.const_data_ptr<double>(),
               *logWeight = logWeights.const_data_ptr<double>(), *level = parts.const_data_ptr<double>();
  double* quantiles = result.mutable_data_ptr<double>();
  const int64_t rowsWorthAThread =
      std::max<int64_t>(1, kGaussiansWorthAThread / std::max<int64_t>(1, components * count));
  at::parallel_for(0, batch, rowsWorthAThread, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) {
      const int64_t first = i * components;
      const Gaussians mixture = gaussiansOf(mean + first, variance + first, logWeight + first, components);
      for (int64_t j = 0; j < count; j++) quantiles[i * count + j] = quantile(mixture, level[j]);
    }
  });
  return result.to(mixtures.means.device());
}

}  // namespace kernels
