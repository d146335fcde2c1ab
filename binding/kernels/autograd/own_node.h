#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/utils.h>
#include <torch/csrc/autograd/saved_variable.h>

#include <memory>
#include <utility>
#include <vector>

namespace kernels {

/**
 * A node of autograd's graph for a kernel with one result, on the CPU. torch::autograd::Function would do, but takes
 * some microseconds for what is general in it, forward and back: a good part of a small layer's time.
 */
class OwnNode : public torch::autograd::Node {
 public:
  using Variables = torch::autograd::variable_list;

  /** Gradients of the inputs from that of the result; undefined ones for those that have none. */
  virtual Variables backward(const at::Tensor& gradient) = 0;
  /** Gives up what was saved. */
  virtual void release() = 0;

  Variables apply(Variables&& gradients) final {
    // Of a result that the loss does not depend on there is none.
    return gradients[0].defined() ? backward(gradients[0]) : Variables(num_outputs());
  }
  void release_variables() final { release(); }

 protected:
  using Saved = torch::autograd::SavedVariable;

  static Saved save(const at::Tensor& input) { return Saved(input, false); }
};

using NodePointer = decltype(torch::autograd::Edge::function);

/** Makes `result` a new node's, with edges to the inputs. */
template <class Node, class... Arguments>
void attachNode(const at::Tensor& result, const std::vector<at::Tensor>& inputs, Arguments&&... arguments) {
  NodePointer node;
  if constexpr (std::is_same_v<NodePointer, std::shared_ptr<torch::autograd::Node>>) {
    node = std::make_shared<Node>(std::forward<Arguments>(arguments)...);
  } else {
    node = c10::make_intrusive<Node>(std::forward<Arguments>(arguments)...);
  }
  node->set_next_edges(torch::autograd::collect_next_edges(inputs));
  torch::autograd::set_history(result, node);
}

}  // namespace kernels
