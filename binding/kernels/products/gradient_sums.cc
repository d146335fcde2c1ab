#include "gradient_sums.h"

#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/function.h>

namespace kernels {
namespace {

using at::Tensor;
using torch::autograd::Node;

thread_local GradientSums* innermost = nullptr;

/** A graph of more nodes spends its time elsewhere. */
constexpr size_t kMaxNodes = 64;

}  // namespace

GradientSums::GradientSums(const Tensor& loss, const std::vector<Tensor>& inputs) : outer_(innermost) {
  for (const Tensor& input : inputs) {
    if (const auto& node = input.grad_fn()) {
      asked_.insert(&*node);
    } else {
      sums_.emplace(input.unsafeGetTensorImpl(), Tensor());
    }
  }
  countUses(loss);
  innermost = this;
}

GradientSums::~GradientSums() { innermost = outer_; }

GradientSums* GradientSums::current() { return innermost; }

Tensor* GradientSums::sumOf(const Tensor& input) {
  const auto found = sums_.find(input.unsafeGetTensorImpl());
  return found == sums_.end() ? nullptr : &found->second;
}

bool GradientSums::isUsedOnce(const Node* node) const {
  const auto found = uses_.find(node);
  return found != uses_.end() && found->second == 1 && asked_.count(node) == 0;
}

void GradientSums::countUses(const Tensor& loss) {
  const auto& root = loss.grad_fn();
  if (!root) return;
  std::vector<const Node*> toVisit{&*root};
  while (!toVisit.empty()) {
    const Node* node = toVisit.back();
    toVisit.pop_back();
    for (const auto& edge : node->next_edges()) {
      if (!edge.is_valid()) continue;
      if (uses_[&*edge.function]++ == 0) toVisit.push_back(&*edge.function);
    }
    if (uses_.size() > kMaxNodes) return uses_.clear();
  }
}

std::vector<Tensor> gradientsOf(const Tensor& loss, const std::vector<Tensor>& inputs, bool retainGraph) {
  GradientSums sums(loss, inputs);
  std::vector<Tensor> gradients = torch::autograd::grad({loss}, inputs, {}, retainGraph, false, /*allow_unused=*/true);
  for (size_t i = 0; i < inputs.size(); i++) {
    const Tensor* sum = sums.sumOf(inputs[i]);
    if (!sum || !sum->defined()) continue;
    gradients[i] = gradients[i].defined() ? gradients[i].add(*sum) : *sum;
  }
  return gradients;
}

}  // namespace kernels
