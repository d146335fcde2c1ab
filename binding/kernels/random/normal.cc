// The kernel's numbers are libtorch's to the last bit where both compute them by the same instructions. Whether they
// are is tried once, before the first draw; where they are not, libtorch draws.
#include "normal.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/randn.h>

#include <algorithm>
#include <mutex>

#include "../vectors/stand_ins.h"
#include "normal_slice.h"

namespace kernels {
namespace {

using at::Tensor;

/** Numbers at a time, whose words stay in the first cache of a thread that makes all, or in the second of several. */
int64_t mostAtOnce() { return at::get_num_threads() == 1 ? 1 << 12 : 1 << 17; }

/** The twister inside a generator, taken out and put back at the end. */
class Twister {
 public:
  /** For draws of at most so many words. */
  Twister(at::CPUGeneratorImpl& generator, int64_t most)
      : generator_(generator),
        data_(generator.engine().data()),
        buffer_(at::empty({most + 2 * kTwisterSize}, at::kInt)),
        words_(reinterpret_cast<uint32_t*>(buffer_.mutable_data_ptr<int32_t>())) {
    std::copy(data_.state_.begin(), data_.state_.end(), words_);
    // left_ counts the words to come and one, for libtorch twists before it takes the first.
    next_ = kTwisterSize - (data_.left_ - 1);
  }
  ~Twister() {
    std::copy_n(words_ + state_, kTwisterSize, data_.state_.begin());
    data_.left_ = static_cast<int>(kTwisterSize - next_ + 1);
    data_.next_ = static_cast<uint32_t>(next_);
    at::mt19937 engine;
    engine.set_data(data_);
    generator_.set_engine(engine);
  }

  /** The next words before they are tempered, until the next draw. */
  const uint32_t* draw(int64_t count) {
    std::copy_n(words_ + state_, kTwisterSize, words_);
    const int64_t first = next_, end = first + count, states = (end - 1) / kTwisterSize;
    KERNEL(twist)(words_ + kTwisterSize, states * kTwisterSize);
    state_ = states * kTwisterSize;
    next_ = end - state_;
    return words_ + first;
  }

 private:
  at::CPUGeneratorImpl& generator_;
  at::mt19937_data_pod data_;
  at::Tensor buffer_;
  uint32_t* words_;    // a state of the twister, and those that follow
  int64_t state_ = 0;  // where the last of them is
  int64_t next_;       // the next of its words to be drawn
};

Tensor ownRandn(at::IntArrayRef sizes, at::Generator& generator) {
  constexpr int64_t kBlocksWorthAThread = 1 << 8;
  const Tensor result = at::empty(sizes, at::kFloat);
  const int64_t count = result.numel(), atOnce = std::min(count, mostAtOnce());
  float* data = result.mutable_data_ptr<float>();
  const std::lock_guard<std::mutex> lock(generator.mutex());
  Twister twister(*at::check_generator<at::CPUGeneratorImpl>(generator), atOnce);
  for (int64_t first = 0; first < count; first += atOnce) {
    const int64_t length = std::min(count - first, atOnce);
    const uint32_t* words = twister.draw(length);
    at::parallel_for(0, length / kNormalBlock, kBlocksWorthAThread, [&](int64_t begin, int64_t end) {
      KERNEL(normals)(words + begin * kNormalBlock, end - begin, data + first + begin * kNormalBlock);
    });
  }
  // The last numbers are drawn anew, together with some before them.
  if (count % kNormalBlock != 0) KERNEL(normals)(twister.draw(kNormalBlock), 1, data + count - kNormalBlock);
  return result;
}

bool givesLibtorchsNumbers() {
  at::Generator ours = at::make_generator<at::CPUGeneratorImpl>(1), theirs = ours.clone();
  for (const int64_t count : {4096, 16, 1000}) {
    if (!haveSameBits(ownRandn({count}, ours), at::randn({count}, theirs, at::kFloat))) return false;
  }
  return at::equal(ours.get_state(), theirs.get_state());
}

}  // namespace

Tensor randn(at::IntArrayRef sizes, at::Generator& generator) {
  static const bool isOwn = givesLibtorchsNumbers();
  const bool isInBlocks = c10::multiply_integers(sizes) >= kNormalBlock;
  if (isInBlocks && standsIn(standIns().normal, isOwn)) return ownRandn(sizes, generator);
  return at::randn(sizes, generator, at::kFloat);
}

}  // namespace kernels
