// Random numbers as PyTorch draws them, from a generator of this thread's own.
#pragma once

#include <ATen/core/Generator.h>

#include <mutex>
#include <optional>

#include "environment.h"

/**
 * While it lives, libtorch's process-wide generator continues this environment's sequence: torch::nn's layers draw
 * their initial weights from it and take no generator.
 */
class AsDefaultGenerator {
 public:
  explicit AsDefaultGenerator(Environment& environment);
  ~AsDefaultGenerator();

 private:
  std::unique_lock<std::mutex> lock_;
  at::Generator& own_;
  at::Tensor savedState_;
};

/** A RandomGenerator, or undefined for the thread's own; on CUDA none, so that libtorch's own for the device draws. */
std::optional<at::Generator> generatorFor(Environment& environment, Napi::Value value, c10::Device device);
