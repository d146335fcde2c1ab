// Tensors as numbers: a handle is a slot in this table, with a generation that tells a stale handle from a new tensor
// in the same slot, and the environment's mark, so that a handle from another thread is refused.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

/** 24 bits of slot, 20 of generation, 9 of environment: an integer that a JavaScript number holds exactly. */
using Handle = int64_t;

class TensorTable {
 public:
  explicit TensorTable(uint32_t environmentMark) : mark_(environmentMark) {}

  /** A new slot, owned by the innermost scope if one is open. */
  Handle add(at::Tensor tensor);
  /** The tensor of a handle; nullptr if the number never was one. Throws if it was disposed of or is another thread's.
   */
  at::Tensor* find(Handle handle);
  /** Frees a slot; a stale handle is ignored, so disposing twice is harmless. */
  void dispose(Handle handle);
  bool isAlive(Handle handle) const;

  void openScope() { scopes_.emplace_back(); }
  /** Frees everything made since openScope() but `kept`, which the outer scope then owns. */
  void closeScope(const std::vector<Handle>& kept);
  /** Takes a handle out of its scope, for tensors that an object owns. */
  void keep(Handle handle);
  size_t scopeDepth() const { return scopes_.size(); }

  size_t count() const { return count_; }
  /** Bytes of the storages that the live tensors brought with them; views count nothing. */
  int64_t bytes() const { return bytes_; }
  int64_t unreportedBytes() const { return bytes_ - reportedBytes_; }
  /** Change of bytes() since the last call, for V8's accounting. */
  int64_t takeUnreportedBytes();

 private:
  struct Slot {
    at::Tensor tensor;
    int64_t bytes = 0;
    uint32_t generation = 1;
    bool kept = false;
  };

  Handle encode(uint32_t slot) const;
  Slot* lookUp(Handle handle);

  const uint32_t mark_;
  std::vector<Slot> slots_;
  std::vector<uint32_t> free_;
  std::vector<std::vector<Handle>> scopes_;
  size_t count_ = 0;
  int64_t bytes_ = 0;
  int64_t reportedBytes_ = 0;
};
