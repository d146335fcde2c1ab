#pragma once

#include <ATen/core/Tensor.h>

#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace torch::autograd {
struct Node;
}

namespace kernels {

/**
 * What autograd's engine takes passes of its own for, done where gradients are made while this lives: the gradients of
 * `inputs` are summed up in place, and one goes through an activation within the product that makes it. The sums are of
 * the same numbers in the same order.
 */
class GradientSums {
 public:
  GradientSums(const at::Tensor& loss, const std::vector<at::Tensor>& inputs);
  ~GradientSums();
  GradientSums(const GradientSums&) = delete;
  GradientSums& operator=(const GradientSums&) = delete;

  /** Those of the backward pass that runs on this thread, or nullptr. */
  static GradientSums* current();

  /** The sum so far of an input's gradients, undefined at first; nullptr for other tensors. */
  at::Tensor* sumOf(const at::Tensor& input);

  /** Whether a node's result is used once, and nobody asks for its gradient. */
  bool isUsedOnce(const torch::autograd::Node* node) const;
  /** For a gradient that has gone through the activation of the node that it goes to. */
  void markActivated(const torch::autograd::Node* node) { activated_.insert(node); }
  bool isActivated(const torch::autograd::Node* node) const { return activated_.count(node) > 0; }

 private:
  void countUses(const at::Tensor& loss);

  GradientSums* const outer_;
  std::unordered_map<const c10::TensorImpl*, at::Tensor> sums_;
  std::unordered_map<const torch::autograd::Node*, int> uses_;
  std::unordered_set<const torch::autograd::Node*> asked_, activated_;
};

/** A gradient of a one-element `loss` for each input; undefined if the loss does not depend on it. */
std::vector<at::Tensor> gradientsOf(const at::Tensor& loss, const std::vector<at::Tensor>& inputs, bool retainGraph);

}  // namespace kernels
