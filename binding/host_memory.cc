#include "host_memory.h"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/impl/alloc_cpu.h>

#ifdef __linux__
#include <sys/mman.h>
#endif

#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace {

// Larger blocks go back to the system, and come from it in huge pages.
constexpr size_t kLargestBlock = 32 << 20;
constexpr size_t kMostFreeBytes = 256 << 20;

/** A page fault for each 2 MiB instead of each 4 KiB. */
void askForHugePages([[maybe_unused]] void* block, [[maybe_unused]] size_t size) {
#ifdef __linux__
  constexpr uintptr_t kHugePage = 2 << 20;
  const uintptr_t begin = reinterpret_cast<uintptr_t>(block), first = (begin + kHugePage - 1) / kHugePage * kHugePage;
  madvise(reinterpret_cast<void*>(first), begin + size - first, MADV_HUGEPAGE);  // advice: it may be refused
#endif
}

/** What the machine, or the container, has in all. */
size_t memoryLimit() {
  static const size_t limit = [] {
    size_t bytes = static_cast<size_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<size_t>(sysconf(_SC_PAGESIZE));
    for (const char* path : {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
      size_t ofContainer = 0;
      if (std::ifstream(path) >> ofContainer && ofContainer > 0) bytes = std::min(bytes, ofContainer);
    }
    return bytes;
  }();
  return limit;
}

/**
 * Throws for what can only exhaust the machine: the system may grant it, and kill the process when it is used. With
 * swap it would be no use either.
 */
void checkFits(size_t bytes) {
  if (bytes <= memoryLimit()) return;
  char message[128];
  constexpr double kGib = 1 << 30;
  std::snprintf(message, sizeof message, "a tensor of %.1f GiB is more than all of this machine's memory, %.1f GiB",
                static_cast<double>(bytes) / kGib, static_cast<double>(memoryLimit()) / kGib);
  throw c10::OutOfMemoryError({__func__, __FILE__, __LINE__}, message);
}

/** Lies before each block; as long as a block's alignment. */
struct alignas(64) Header {
  size_t size;
};

/** Freed blocks by size, kept for the next tensor of that size. */
class BlockCache {
 public:
  void* allocate(size_t bytes) {
    if (bytes > kLargestBlock) checkFits(bytes);
    const size_t size = (bytes + sizeof(Header) - 1) / sizeof(Header) * sizeof(Header);
    if (void* block = take(size)) return block;
    auto* header = static_cast<Header*>(allocateOrClear(size + sizeof(Header)));
    if (size > kLargestBlock) askForHugePages(header, size);
    header->size = size;
    return header + 1;
  }

  void free(void* block) {
    Header* header = static_cast<Header*>(block) - 1;
    if (header->size > kLargestBlock) return c10::free_cpu(header);
    const std::lock_guard<std::mutex> lock(mutex_);
    if (freeBytes_ + header->size > kMostFreeBytes) clear();
    free_[header->size].push_back(block);
    freeBytes_ += header->size;
  }

  size_t freeBytes() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return freeBytes_;
  }

  void empty() {
    const std::lock_guard<std::mutex> lock(mutex_);
    clear();
  }

 private:
  void* take(size_t size) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = free_.find(size);
    if (found == free_.end() || found->second.empty()) return nullptr;
    void* block = found->second.back();
    found->second.pop_back();
    freeBytes_ -= size;
    return block;
  }

  void* allocateOrClear(size_t size) {
    try {
      return c10::alloc_cpu(size);
    } catch (const c10::Error&) {  // the system has no more: the cache may
      const std::lock_guard<std::mutex> lock(mutex_);
      if (freeBytes_ == 0) throw;
      clear();
    }
    return c10::alloc_cpu(size);
  }

  void clear() {
    for (const auto& [size, blocks] : free_) {
      for (void* block : blocks) c10::free_cpu(static_cast<Header*>(block) - 1);
    }
    free_.clear();
    freeBytes_ = 0;
  }

  std::mutex mutex_;
  std::unordered_map<size_t, std::vector<void*>> free_;
  size_t freeBytes_ = 0;
};

// Never destroyed: tensors may outlive all statics.
BlockCache& cache() {
  static auto& cache = *new BlockCache();
  return cache;
}

class CachingAllocator final : public c10::Allocator {
 public:
  c10::DataPtr allocate(size_t bytes) override {
    void* block = bytes > 0 ? cache().allocate(bytes) : nullptr;
    return {block, block, &freeBlock, c10::DeviceType::CPU};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &freeBlock; }
  void copy_data(void* to, const void* from, size_t bytes) const override { default_copy_data(to, from, bytes); }

 private:
  static void freeBlock(void* block) {
    if (block) cache().free(block);
  }
};

}  // namespace

void cacheFreedTensors() {
  static auto& allocator = *new CachingAllocator();
  c10::SetCPUAllocator(&allocator);
}

size_t cachedBytes() { return cache().freeBytes(); }

void emptyCache() { cache().empty(); }
