// The rate at which some threads do fused multiply-adds and nothing else, in operations a millisecond, two for each
// multiply-add: `peak THREADS MILLISECONDS`.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#if defined(__AVX512F__)
constexpr int kBytes = 64;
#elif defined(__AVX__)
constexpr int kBytes = 32;
#else
constexpr int kBytes = 16;
#endif
using Vec = float __attribute__((vector_size(kBytes)));

constexpr int kChains = 10;  // more than two units with a latency of four need, fewer than there are registers
constexpr int kLinks = 20'000;
constexpr double kOperations = 2.0 * kLinks * kChains * kBytes / sizeof(float);

// Not to be seen through: all chains have the same numbers.
__attribute__((noipa)) void multiplyAdd(Vec (&result)[kChains], Vec factor, Vec added) {
  Vec sums[kChains];
  std::copy_n(result, kChains, sums);
  for (int i = 0; i < kLinks; i++) {
#pragma GCC unroll 10
    for (int chain = 0; chain < kChains; chain++) sums[chain] = sums[chain] * factor + added;
  }
  std::copy_n(sums, kChains, result);
}

double millisecondsOf(Vec (&sums)[kChains], Vec factor, Vec added) {
  const auto start = std::chrono::steady_clock::now();
  multiplyAdd(sums, factor, added);
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

/** Operations a millisecond, by the lower quartile of the times, as the benchmark takes a contestant's steps. */
double rate(double milliseconds) {
  Vec sums[kChains] = {};
  const Vec factor = Vec{} + 0.5f, added = Vec{} + 1.0f;  // all sums tend to two
  std::vector<double> times;
  double spent = 0;
  do {
    times.push_back(millisecondsOf(sums, factor, added));
    spent += times.back();
  } while (spent < milliseconds);
  const auto quartile = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 4);
  std::nth_element(times.begin(), quartile, times.end());
  return kOperations / *quartile;
}

int main(int count, char** values) {
  if (count != 3) return std::fprintf(stderr, "usage: peak THREADS MILLISECONDS\n"), 1;
  const int threads = std::atoi(values[1]);
  std::vector<double> rates(threads);
  std::vector<std::thread> running;
  std::atomic<int> waiting{threads};
  for (int i = 0; i < threads; i++) {
    running.emplace_back([&, i] {
      for (waiting--; waiting > 0;) std::this_thread::yield();
      rates[i] = rate(std::atof(values[2]));
    });
  }
  double sum = 0;
  for (int i = 0; i < threads; i++) running[i].join(), sum += rates[i];
  std::printf("%f\n", sum);
}
