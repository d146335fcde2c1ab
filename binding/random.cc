#include "random.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/ops/bernoulli.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/multinomial.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/randperm.h>

#include "convert.h"
#include "kernels/random/normal.h"
#include "native_class.h"
#include "register.h"

AsDefaultGenerator::AsDefaultGenerator(Environment& environment) : own_(environment.generator) {
  static std::mutex processWide;  // as the generator that it guards is
  lock_ = std::unique_lock(processWide);
  at::Generator shared = at::detail::getDefaultCPUGenerator();
  savedState_ = shared.get_state();
  shared.set_state(own_.get_state());
}

AsDefaultGenerator::~AsDefaultGenerator() {
  at::Generator shared = at::detail::getDefaultCPUGenerator();
  own_.set_state(shared.get_state());
  shared.set_state(savedState_);
}

namespace {

/** A generator with a sequence of its own, as torch.Generator. */
class RandomGenerator : public NativeClass<RandomGenerator> {
 public:
  static constexpr const char* kName = "RandomGenerator";
  static constexpr napi_type_tag kTag = {0x6c746767656e2d31, 0x52616e646f6d};

  // new RandomGenerator(device?)
  explicit RandomGenerator(const Napi::CallbackInfo& info) : NativeClass(info) {
    guarded(info, kName, [&] {
      const c10::Device device = info[0].IsUndefined() ? c10::Device(c10::kCPU) : deviceFromJs(info[0], "device");
      generator = device.is_cpu() ? at::make_generator<at::CPUGeneratorImpl>(c10::default_rng_seed_val)
                                  : at::globalContext().defaultGenerator(device).clone();
    });
  }

  at::Generator generator;
};

// On one CUDA device, while a training that has exchanged the generators runs; undefined: libtorch's for the process.
thread_local at::Generator ownCudaGenerator;

RandomGenerator& randomGeneratorFromJs(Napi::Value value) {
  if (RandomGenerator::isInstance(value)) return *RandomGenerator::Unwrap(value.As<Napi::Object>());
  throw invalidArgument("generator", "a RandomGenerator", value);
}

// A RandomGenerator, or undefined for the thread's own.
at::Generator& generatorFromJs(Environment& environment, Napi::Value value) {
  if (value.IsUndefined()) return environment.generator;
  return randomGeneratorFromJs(value).generator;
}

// exchangeGenerators(cpu, cuda?): the thread draws from these, and they hold what it drew from until they are exchanged
// again. Pointers change places, so that it costs nothing beside a step of a training.
Napi::Value exchangeGenerators(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::of(info.Env());
  RandomGenerator& cpu = randomGeneratorFromJs(info[0]);
  RandomGenerator* cuda = info[1].IsUndefined() ? nullptr : &randomGeneratorFromJs(info[1]);
  std::swap(environment.generator, cpu.generator);
  if (cuda) std::swap(ownCudaGenerator, cuda->generator);
  return info.Env().Undefined();
}

// The generator of its own that this thread has on a CUDA device, if it has one there.
std::optional<at::Generator> ownGeneratorOn(c10::Device device) {
  const bool isThere = ownCudaGenerator.defined() && ownCudaGenerator.device() == device;
  return isThere ? std::optional(ownCudaGenerator) : std::nullopt;
}

// What this thread draws from on a CUDA device.
at::Generator cudaGenerator(c10::Device device) {
  const auto own = ownGeneratorOn(device);
  return own ? *own : at::globalContext().defaultGenerator(device);
}

uint64_t seedFromJs(Napi::Value value) {
  bool lossless = true;
  if (value.IsBigInt()) {
    // As PyTorch: from -2^63 to 2^64 - 1, a negative one wrapped around.
    const int64_t asSigned = value.As<Napi::BigInt>().Int64Value(&lossless);
    if (lossless) return static_cast<uint64_t>(asSigned);
    const uint64_t asUnsigned = value.As<Napi::BigInt>().Uint64Value(&lossless);
    if (lossless) return asUnsigned;
    throw CodedError("ERR_INVALID_ARGUMENT", "Expected an integer of 64 bits for seed but received a larger bigint");
  }
  return static_cast<uint64_t>(integerFromJs(value, "seed"));
}

// manualSeed(seed, generator?)
Napi::Value manualSeed(const Napi::CallbackInfo& info) {
  const uint64_t seed = seedFromJs(info[0]);
  generatorFromJs(Environment::of(info.Env()), info[1]).set_current_seed(seed);
  if (info[1].IsUndefined()) {
    for (int i = 0; i < cudaDeviceCount(); i++) {
      const c10::Device device(c10::kCUDA, static_cast<c10::DeviceIndex>(i));
      at::Generator cuda = cudaGenerator(device);
      std::lock_guard<std::mutex> lock(cuda.mutex());
      cuda.set_current_seed(seed);
    }
  }
  return info.Env().Undefined();
}

// A RandomGenerator, or undefined for the thread's own, or the name of a CUDA device for libtorch's for it.
at::Generator generatorOrDevice(Environment& environment, Napi::Value value) {
  if (!value.IsString()) return generatorFromJs(environment, value);
  const c10::Device device = deviceFromJs(value, "generator");
  if (device.is_cpu()) throw invalidArgument("generator", "a CUDA device, beside the threads' own,", value);
  return cudaGenerator(device);
}

// generatorState(generator?): opaque bytes
Napi::Value generatorState(const Napi::CallbackInfo& info) {
  at::Generator generator = generatorOrDevice(Environment::of(info.Env()), info[0]);
  const std::lock_guard<std::mutex> lock(generator.mutex());
  const at::Tensor state = generator.get_state();
  auto bytes = Napi::Uint8Array::New(info.Env(), state.numel());
  std::memcpy(bytes.Data(), state.const_data_ptr(), state.numel());
  return bytes;
}

/**
 * libtorch checks the state's length and each number's range, but would draw from beyond its 624 numbers if the next
 * one and how many are left do not belong together.
 */
void checkTwisterState(const at::Tensor& state) {
  struct {
    uint64_t seed;
    int32_t left, seeded;
    uint64_t next;
  } start;
  if (state.nbytes() < sizeof start) return;  // libtorch refuses it
  std::memcpy(&start, state.const_data_ptr(), sizeof start);
  const bool isFresh = start.left == 1 && start.next == 0;
  if (!isFresh && start.left + static_cast<int64_t>(start.next) != at::MERSENNE_STATE_N + 1) {
    throw CodedError("ERR_LIBTORCH", "Expected a state from getState() for state but received other bytes");
  }
}

// setGeneratorState(state, generator?)
Napi::Value setGeneratorState(const Napi::CallbackInfo& info) {
  const Elements bytes = elementsFromJs(info[0], "state");
  if (bytes.type != napi_uint8_array) throw invalidArgument("state", "a Uint8Array", info[0]);
  at::Tensor state = at::empty({static_cast<int64_t>(bytes.count)}, at::kByte);
  if (bytes.count > 0) std::memcpy(state.data_ptr(), bytes.data, bytes.count);
  at::Generator generator = generatorOrDevice(Environment::of(info.Env()), info[1]);
  if (generator.device().is_cpu()) checkTwisterState(state);
  const std::lock_guard<std::mutex> lock(generator.mutex());
  generator.set_state(state);
  return info.Env().Undefined();
}

// randomSeed(generator?): what torch.empty((), dtype=torch.int64).random_().item() draws, as a bigint
Napi::Value randomSeed(const Napi::CallbackInfo& info) {
  at::Tensor seed = at::empty({}, at::kLong).random_(generatorFromJs(Environment::of(info.Env()), info[0]));
  return Napi::BigInt::New(info.Env(), seed.item<int64_t>());
}

struct Target {
  at::ScalarType type;
  c10::Device device;
  at::TensorOptions options() const { return at::TensorOptions(type).device(device); }
};

Target targetFromJs(Napi::Value dtype, Napi::Value device, at::ScalarType fallback) {
  return {dtype.IsUndefined() ? fallback : scalarTypeFromJs(dtype, "dtype"),
          device.IsUndefined() ? c10::Device(c10::kCPU) : deviceFromJs(device, "device")};
}

// randn(size, generator?, dtype?, device?)
Napi::Value randn(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::of(info.Env());
  const Target target = targetFromJs(info[2], info[3], at::kFloat);
  auto generator = generatorFor(environment, info[1], target.device);
  const bool isFast = target.device.is_cpu() && target.type == at::kFloat;
  if (isFast) return environment.wrap(info.Env(), kernels::randn(integersFromJs(info[0], "size"), *generator));
  return environment.wrap(info.Env(), at::randn(integersFromJs(info[0], "size"), generator, target.options()));
}

// rand(size, generator?, dtype?, device?)
Napi::Value rand(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::of(info.Env());
  const Target target = targetFromJs(info[2], info[3], at::kFloat);
  const auto generator = generatorFor(environment, info[1], target.device);
  return environment.wrap(info.Env(), at::rand(integersFromJs(info[0], "size"), generator, target.options()));
}

// uniform_(tensor, from, to, generator?): the tensor
Napi::Value uniformInPlace(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::of(info.Env());
  at::Tensor tensor = environment.unwrap(info[0], "tensor");
  const double from = numberFromJs(info[1], "from");
  const double to = numberFromJs(info[2], "to");
  tensor.uniform_(from, to, generatorFor(environment, info[3], tensor.device()));
  return info[0];
}

// normal_(tensor, mean, std, generator?): the tensor
Napi::Value normalInPlace(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::of(info.Env());
  at::Tensor tensor = environment.unwrap(info[0], "tensor");
  const double mean = numberFromJs(info[1], "mean");
  const double std = numberFromJs(info[2], "std");
  tensor.normal_(mean, std, generatorFor(environment, info[3], tensor.device()));
  return info[0];
}

// randperm(n, generator?, device?)
Napi::Value randperm(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::of(info.Env());
  const Target target = targetFromJs(info.Env().Undefined(), info[2], at::kLong);
  const auto generator = generatorFor(environment, info[1], target.device);
  return environment.wrap(info.Env(), at::randperm(integerFromJs(info[0], "n"), generator, target.options()));
}

// bernoulli(probabilities, generator?)
Napi::Value bernoulli(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::of(info.Env());
  const at::Tensor probabilities = environment.unwrap(info[0], "probabilities");
  const auto generator = generatorFor(environment, info[1], probabilities.device());
  return environment.wrap(info.Env(), at::bernoulli(probabilities, generator));
}

// multinomial(weights, numSamples, replacement, generator?)
Napi::Value multinomial(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::of(info.Env());
  const at::Tensor weights = environment.unwrap(info[0], "weights");
  const auto generator = generatorFor(environment, info[3], weights.device());
  const int64_t numSamples = integerFromJs(info[1], "numSamples");
  const bool replacement = booleanFromJs(info[2], "replacement");
  return environment.wrap(info.Env(), at::multinomial(weights, numSamples, replacement, generator));
}

}  // namespace

std::optional<at::Generator> generatorFor(Environment& environment, Napi::Value value, c10::Device device) {
  at::Generator& generator = generatorFromJs(environment, value);
  return device.is_cpu() ? std::optional(generator) : ownGeneratorOn(device);
}

void registerRandom(Napi::Env env, Napi::Object exports) {
  RandomGenerator::define(env, exports, {});
  exportFunction<exchangeGenerators>(exports, "exchangeGenerators");
  exportFunction<manualSeed>(exports, "manualSeed");
  exportFunction<generatorState>(exports, "generatorState");
  exportFunction<setGeneratorState>(exports, "setGeneratorState");
  exportFunction<randomSeed>(exports, "randomSeed");
  exportFunction<randn>(exports, "randn");
  exportFunction<rand>(exports, "rand");
  exportFunction<uniformInPlace>(exports, "uniform_");
  exportFunction<normalInPlace>(exports, "normal_");
  exportFunction<randperm>(exports, "randperm");
  exportFunction<bernoulli>(exports, "bernoulli");
  exportFunction<multinomial>(exports, "multinomial");
}
