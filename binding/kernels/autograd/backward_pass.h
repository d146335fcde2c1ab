#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "own_node.h"

namespace kernels {

/**
 * The gradients of a one-element loss. The nodes of kernels take part in what autograd's engine has passes over memory
 * for: gradients of an input are summed up in place where they are made, and a gradient goes through the activation of
 * the node before within the product that makes it. The sums are of the same numbers in the same order.
 *
 * A small graph of such nodes alone is run without the engine, which takes longer than the arithmetic of small layers.
 */
class BackwardPass {
 public:
  using Node = torch::autograd::Node;

  /** @param inputs that require gradients */
  BackwardPass(const at::Tensor& loss, const std::vector<at::Tensor>& inputs);
  ~BackwardPass();
  BackwardPass(const BackwardPass&) = delete;
  BackwardPass& operator=(const BackwardPass&) = delete;

  /** A gradient for each input, undefined if the loss does not depend on it. */
  std::vector<at::Tensor> run(bool retainGraph);

  /** The one that runs on this thread, or nullptr. */
  static BackwardPass* current();

  /** Whether a node, which runs, has to give the gradient of its i-th input. */
  bool isNeeded(const Node& node, size_t i) const;
  /** The sum so far of an input's gradients, undefined at first; nullptr for other tensors. */
  at::Tensor* sumOf(const at::Tensor& input);
  /** Whether a node's result is used once, and nobody asks for its gradient. */
  bool isUsedOnce(const Node& node) const;
  /** For a gradient that has gone through the activation of the node that it goes to. */
  void markActivated(const Node& node);
  bool isActivated(const Node& node) const;

 private:
  struct Leaf {
    const Node* accumulator;
    const c10::TensorImpl* tensor;
    at::Tensor sum;
  };
  struct Visited {
    Node* node;
    int uses;
    /** Whether a gradient goes through it to an input. */
    bool isNeeded;
    bool isActivated;
    at::Tensor gradient;
  };

  bool visit(Node& node);
  void runNodes(bool retainGraph);
  void deliver(const torch::autograd::Edge& edge, const at::Tensor& gradient);
  // There are few of both.
  Leaf* leafOf(const Node& node);
  Visited* find(const Node& node);
  const Visited* find(const Node& node) const { return const_cast<BackwardPass*>(this)->find(node); }

  BackwardPass* const outer_;
  const at::Tensor loss_;
  const std::vector<at::Tensor> inputs_;
  std::vector<Leaf> leaves_;
  std::vector<Visited> visited_;    // each after those that its gradients go to
  std::vector<const Node*> asked_;  // whose results are inputs
  /** Whether it is small enough to be looked at, and all of it may be run without the engine. */
  bool isSmall_ = true, isOwn_ = true;
};

}  // namespace kernels
