#include "tensor_table.h"

#include <unordered_set>

#include "errors.h"

namespace {

constexpr int kSlotBits = 24;
constexpr int kGenerationBits = 20;
constexpr uint32_t kMaxSlots = 1u << kSlotBits;
constexpr uint32_t kMaxGeneration = (1u << kGenerationBits) - 1;

struct Parts {
  uint32_t slot, generation, mark;
};

Parts decode(Handle handle) {
  return {static_cast<uint32_t>(handle & (kMaxSlots - 1)), static_cast<uint32_t>(handle >> kSlotBits) & kMaxGeneration,
          static_cast<uint32_t>(handle >> (kSlotBits + kGenerationBits))};
}

// Only the first tensor of a storage counts its bytes.
int64_t ownedBytes(const at::Tensor& tensor) {
  return tensor.has_storage() && tensor.storage().use_count() == 1 ? static_cast<int64_t>(tensor.storage().nbytes())
                                                                   : 0;
}

}  // namespace

Handle TensorTable::encode(uint32_t slot) const {
  return static_cast<Handle>(slot) | (static_cast<Handle>(slots_[slot].generation) << kSlotBits) |
         (static_cast<Handle>(mark_) << (kSlotBits + kGenerationBits));
}

Handle TensorTable::add(at::Tensor tensor) {
  uint32_t index;
  if (!free_.empty()) {
    index = free_.back();
    free_.pop_back();
  } else {
    if (slots_.size() == kMaxSlots) throw CodedError("ERR_LIBTORCH", "16 million tensors are alive: dispose of some");
    index = static_cast<uint32_t>(slots_.size());
    slots_.emplace_back();
  }
  Slot& slot = slots_[index];
  slot.bytes = ownedBytes(tensor);
  slot.tensor = std::move(tensor);
  slot.kept = false;
  count_++;
  bytes_ += slot.bytes;
  const Handle handle = encode(index);
  if (!scopes_.empty()) scopes_.back().push_back(handle);
  return handle;
}

TensorTable::Slot* TensorTable::lookUp(Handle handle) {
  const Parts parts = decode(handle);
  if (handle < 0 || parts.mark != mark_ || parts.slot >= slots_.size()) return nullptr;
  Slot& slot = slots_[parts.slot];
  return slot.generation == parts.generation && slot.tensor.defined() ? &slot : nullptr;
}

at::Tensor* TensorTable::find(Handle handle) {
  if (Slot* slot = lookUp(handle)) return &slot->tensor;
  const Parts parts = decode(handle);
  if (handle < 0 || parts.generation == 0 || parts.mark == 0) return nullptr;
  if (parts.mark != mark_) {
    throw CodedError("ERR_INVALID_ARGUMENT",
                     "The tensor belongs to another thread: send its data with toArray() instead");
  }
  throw CodedError("ERR_DISPOSED", "The tensor was disposed of, by dispose() or at the end of its scope");
}

bool TensorTable::isAlive(Handle handle) const { return const_cast<TensorTable*>(this)->lookUp(handle) != nullptr; }

void TensorTable::dispose(Handle handle) {
  Slot* slot = lookUp(handle);
  if (!slot) return;
  count_--;
  bytes_ -= slot->bytes;
  slot->tensor.reset();
  // A slot whose generations are used up is retired: a stale handle must never meet its own number again.
  if (++slot->generation <= kMaxGeneration) free_.push_back(decode(handle).slot);
}

void TensorTable::closeScope(const std::vector<Handle>& kept) {
  const std::unordered_set<Handle> keep(kept.begin(), kept.end());
  const std::vector<Handle> made = std::move(scopes_.back());
  scopes_.pop_back();
  for (const Handle handle : made) {
    const Slot* slot = lookUp(handle);
    if (!slot || slot->kept) continue;
    if (!keep.count(handle)) {
      dispose(handle);
    } else if (!scopes_.empty()) {
      scopes_.back().push_back(handle);
    }
  }
}

void TensorTable::keep(Handle handle) {
  if (Slot* slot = lookUp(handle)) slot->kept = true;
}

int64_t TensorTable::takeUnreportedBytes() {
  const int64_t change = bytes_ - reportedBytes_;
  reportedBytes_ = bytes_;
  return change;
}
