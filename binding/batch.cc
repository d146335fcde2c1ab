// Batches of a data set.
#include "kernels/elementwise/batch.h"

#include "convert.h"
#include "register.h"

namespace {

// selectRows(data (N, ...), order (N), start, end): (end - start, ...)
Napi::Value selectRows(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::of(info.Env());
  const at::Tensor data = environment.unwrap(info[0], "data"), order = environment.unwrap(info[1], "order");
  const int64_t start = integerFromJs(info[2], "start"), end = integerFromJs(info[3], "end");
  return environment.wrap(info.Env(), kernels::selectRows(data, order, start, end));
}

// dataOfPixels(pixels): numbers in [-1, 1] of bytes
Napi::Value dataOfPixels(const Napi::CallbackInfo& info) {
  Environment& environment = Environment::of(info.Env());
  return environment.wrap(info.Env(), kernels::dataOfPixels(environment.unwrap(info[0], "pixels")));
}

}  // namespace

void registerBatch(Napi::Env, Napi::Object exports) {
  exportFunction<selectRows>(exports, "selectRows");
  exportFunction<dataOfPixels>(exports, "dataOfPixels");
}
