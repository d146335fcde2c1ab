#include "backward_pass.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/ones_like.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/variable.h>

#include <algorithm>
#include <cstring>
#include <typeinfo>

namespace kernels {
namespace {

using at::Tensor;
using torch::autograd::variable_list;

thread_local BackwardPass* innermost = nullptr;

/** A graph of more nodes, or for more inputs, spends its time elsewhere. */
constexpr size_t kMost = 64;

bool isOwnNode(const torch::autograd::Node& node) {
  // The sum of two losses is libtorch's, by a header that takes a minute to compile.
  return dynamic_cast<const OwnNode*>(&node) || std::strstr(typeid(node).name(), "12AddBackward0");
}

/** Of a loss with respect to itself, on the CPU: to make it takes as long as a node of a small layer. Read only. */
const Tensor& one() {
  static float value = 1;
  static const Tensor& tensor = *new Tensor(at::from_blob(&value, {}, at::kFloat));  // no thread's memory
  return tensor;
}

Tensor onesFor(const Tensor& loss) {
  return loss.dim() == 0 && loss.scalar_type() == at::kFloat ? one() : at::ones_like(loss);
}

void addTo(Tensor& sum, const Tensor& gradient) { sum = sum.defined() ? sum.add(gradient) : gradient; }

}  // namespace

BackwardPass::BackwardPass(const Tensor& loss, const std::vector<Tensor>& inputs)
    : outer_(innermost), loss_(loss), inputs_(inputs), isSmall_(inputs.size() <= kMost) {
  innermost = this;
  const auto& root = loss.grad_fn();
  if (!isSmall_ || !root) {
    isSmall_ = false;
    return;
  }
  for (const Tensor& input : inputs) {
    if (const auto& node = input.grad_fn()) {
      asked_.push_back(&*node);
    } else if (input.requires_grad()) {
      const auto accumulator = torch::autograd::impl::grad_accumulator(input);
      leaves_.push_back({&*accumulator, input.unsafeGetTensorImpl(), {}});
    }
  }
  isOwn_ = loss.is_cpu() && loss.numel() == 1 && leaves_.size() == inputs.size();
  visit(*root);
}

BackwardPass::~BackwardPass() { innermost = outer_; }

BackwardPass* BackwardPass::current() { return innermost; }

/** Depth first. Returns whether the node is needed. */
bool BackwardPass::visit(Node& node) {
  if (const Visited* known = find(node)) return known->isNeeded;
  isSmall_ = isSmall_ && visited_.size() < kMost;
  if (!isSmall_) return false;
  isOwn_ = isOwn_ && isOwnNode(node);
  bool isNeeded = std::find(asked_.begin(), asked_.end(), &node) != asked_.end();
  for (const auto& edge : node.next_edges()) {
    if (!edge.is_valid()) continue;
    const bool isLeaf = edge.function->next_edges().empty();
    if (isLeaf ? leafOf(*edge.function) != nullptr : visit(*edge.function)) isNeeded = true;
    if (Visited* next = find(*edge.function)) next->uses++;
  }
  visited_.push_back({&node, 0, isNeeded, false, {}});
  return isNeeded;
}

BackwardPass::Leaf* BackwardPass::leafOf(const Node& node) {
  const auto isIts = [&](const Leaf& leaf) { return leaf.accumulator == &node; };
  const auto found = std::find_if(leaves_.begin(), leaves_.end(), isIts);
  return found == leaves_.end() ? nullptr : &*found;
}

BackwardPass::Visited* BackwardPass::find(const Node& node) {
  const auto isIts = [&](const Visited& each) { return each.node == &node; };
  const auto found = std::find_if(visited_.begin(), visited_.end(), isIts);
  return found == visited_.end() ? nullptr : &*found;
}

bool BackwardPass::isNeeded(const Node& node, size_t i) const {
  if (!isOwn_ || !isSmall_) return node.task_should_compute_output(i);
  const auto& edge = node.next_edge(i);
  if (!edge.is_valid()) return false;
  const Visited* next = find(*edge.function);
  return next ? next->isNeeded : const_cast<BackwardPass*>(this)->leafOf(*edge.function) != nullptr;
}

Tensor* BackwardPass::sumOf(const Tensor& input) {
  for (Leaf& leaf : leaves_) {
    if (leaf.tensor == input.unsafeGetTensorImpl()) return &leaf.sum;
  }
  return nullptr;
}

bool BackwardPass::isUsedOnce(const Node& node) const {
  const Visited* found = find(node);
  return isSmall_ && found && found->uses == 1 && std::find(asked_.begin(), asked_.end(), &node) == asked_.end();
}

void BackwardPass::markActivated(const Node& node) { find(node)->isActivated = true; }

bool BackwardPass::isActivated(const Node& node) const {
  const Visited* found = find(node);
  return found && found->isActivated;
}

std::vector<Tensor> BackwardPass::run(bool retainGraph) {
  variable_list gradients(inputs_.size());
  if (isOwn_ && isSmall_) {
    runNodes(retainGraph);
  } else {
    gradients = torch::autograd::grad({loss_}, inputs_, {}, retainGraph, false, /*allow_unused=*/true);
  }
  for (size_t i = 0; i < inputs_.size(); i++) {
    const Tensor* sum = sumOf(inputs_[i]);
    if (sum && sum->defined()) addTo(gradients[i], *sum);
  }
  return gradients;
}

void BackwardPass::runNodes(bool retainGraph) {
  const at::NoGradGuard noGrad;
  visited_.back().gradient = onesFor(loss_);
  for (auto each = visited_.rbegin(); each != visited_.rend(); ++each) {
    if (!each->isNeeded || !each->gradient.defined()) continue;
    const variable_list gradients = (*each->node)({std::exchange(each->gradient, Tensor())});
    for (size_t i = 0; i < gradients.size(); i++) {
      if (gradients[i].defined()) deliver(each->node->next_edge(i), gradients[i]);
    }
    if (!retainGraph) each->node->release_variables();
  }
}

void BackwardPass::deliver(const torch::autograd::Edge& edge, const Tensor& gradient) {
  if (!edge.is_valid()) return;
  if (Leaf* leaf = leafOf(*edge.function)) {
    addTo(leaf->sum, gradient.is_same(one()) ? gradient.clone() : gradient);  // the caller may write to it
  } else if (Visited* next = find(*edge.function)) {
    addTo(next->gradient, gradient);
  }
}

}  // namespace kernels
