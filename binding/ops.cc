// THE TABLE: one line an operator. After a change run `npm run generate`; see CONTRIBUTING, "How to add an op".
#include "op.h"
#include "register.h"

#include <ATen/ops/abs_ops.h>
#include <ATen/ops/add_ops.h>
#include <ATen/ops/addmm_ops.h>
#include <ATen/ops/all_ops.h>
#include <ATen/ops/any_ops.h>
#include <ATen/ops/arange_ops.h>
#include <ATen/ops/argmax_ops.h>
#include <ATen/ops/argmin_ops.h>
#include <ATen/ops/avg_pool2d_ops.h>
#include <ATen/ops/batch_norm_ops.h>
#include <ATen/ops/bmm_ops.h>
#include <ATen/ops/cat_ops.h>
#include <ATen/ops/ceil_ops.h>
#include <ATen/ops/chunk_ops.h>
#include <ATen/ops/clamp_ops.h>
#include <ATen/ops/clone_ops.h>
#include <ATen/ops/contiguous_ops.h>
#include <ATen/ops/conv2d_ops.h>
#include <ATen/ops/conv_transpose2d_ops.h>
#include <ATen/ops/copy_ops.h>
#include <ATen/ops/cos_ops.h>
#include <ATen/ops/cumsum_ops.h>
#include <ATen/ops/detach_ops.h>
#include <ATen/ops/div_ops.h>
#include <ATen/ops/embedding_ops.h>
#include <ATen/ops/eq_ops.h>
#include <ATen/ops/equal_ops.h>
#include <ATen/ops/erf_ops.h>
#include <ATen/ops/exp_ops.h>
#include <ATen/ops/expand_ops.h>
#include <ATen/ops/eye_ops.h>
#include <ATen/ops/fill_ops.h>
#include <ATen/ops/flatten_ops.h>
#include <ATen/ops/flip_ops.h>
#include <ATen/ops/floor_ops.h>
#include <ATen/ops/full_ops.h>
#include <ATen/ops/gather_ops.h>
#include <ATen/ops/ge_ops.h>
#include <ATen/ops/gt_ops.h>
#include <ATen/ops/index_select_ops.h>
#include <ATen/ops/isfinite_ops.h>
#include <ATen/ops/isnan_ops.h>
#include <ATen/ops/kthvalue_ops.h>
#include <ATen/ops/le_ops.h>
#include <ATen/ops/leaky_relu_ops.h>
#include <ATen/ops/lerp_ops.h>
#include <ATen/ops/linalg_eigh_ops.h>
#include <ATen/ops/linalg_vector_norm_ops.h>
#include <ATen/ops/linear_ops.h>
#include <ATen/ops/linspace_ops.h>
#include <ATen/ops/log1p_ops.h>
#include <ATen/ops/log_ops.h>
#include <ATen/ops/log_softmax_ops.h>
#include <ATen/ops/logical_and_ops.h>
#include <ATen/ops/logical_not_ops.h>
#include <ATen/ops/logical_or_ops.h>
#include <ATen/ops/logsumexp_ops.h>
#include <ATen/ops/lt_ops.h>
#include <ATen/ops/matmul_ops.h>
#include <ATen/ops/max_ops.h>
#include <ATen/ops/maximum_ops.h>
#include <ATen/ops/mean_ops.h>
#include <ATen/ops/min_ops.h>
#include <ATen/ops/minimum_ops.h>
#include <ATen/ops/mm_ops.h>
#include <ATen/ops/mse_loss_ops.h>
#include <ATen/ops/mul_ops.h>
#include <ATen/ops/ne_ops.h>
#include <ATen/ops/neg_ops.h>
#include <ATen/ops/ones_like_ops.h>
#include <ATen/ops/permute_ops.h>
#include <ATen/ops/pow_ops.h>
#include <ATen/ops/prod_ops.h>
#include <ATen/ops/relu_ops.h>
#include <ATen/ops/repeat_ops.h>
#include <ATen/ops/reshape_ops.h>
#include <ATen/ops/round_ops.h>
#include <ATen/ops/select_ops.h>
#include <ATen/ops/sigmoid_ops.h>
#include <ATen/ops/sign_ops.h>
#include <ATen/ops/sin_ops.h>
#include <ATen/ops/slice_ops.h>
#include <ATen/ops/softmax_ops.h>
#include <ATen/ops/softplus_ops.h>
#include <ATen/ops/sort_ops.h>
#include <ATen/ops/split_ops.h>
#include <ATen/ops/sqrt_ops.h>
#include <ATen/ops/square_ops.h>
#include <ATen/ops/squeeze_ops.h>
#include <ATen/ops/stack_ops.h>
#include <ATen/ops/std_ops.h>
#include <ATen/ops/sub_ops.h>
#include <ATen/ops/sum_ops.h>
#include <ATen/ops/tanh_ops.h>
#include <ATen/ops/to_ops.h>
#include <ATen/ops/topk_ops.h>
#include <ATen/ops/transpose_ops.h>
#include <ATen/ops/unfold_ops.h>
#include <ATen/ops/unsqueeze_ops.h>
#include <ATen/ops/upsample_nearest2d_ops.h>
#include <ATen/ops/var_ops.h>
#include <ATen/ops/view_ops.h>
#include <ATen/ops/where_ops.h>
#include <ATen/ops/zero_ops.h>
#include <ATen/ops/zeros_like_ops.h>

namespace {

namespace ops = at::_ops;

constexpr OpEntry kTable[] = {
    // creation
    Op<ops::full>("full"),
    Op<ops::arange_start_step>("arange"),
    Op<ops::linspace>("linspace"),
    Op<ops::eye>("eye"),
    Op<ops::zeros_like>("zerosLike"),
    Op<ops::ones_like>("onesLike"),
    // arithmetic
    Op<ops::add_Tensor>("add"),
    Op<ops::add_Scalar>("addScalar"),
    Op<ops::sub_Tensor>("sub"),
    Op<ops::sub_Scalar>("subScalar"),
    Op<ops::mul_Tensor>("mul"),
    Op<ops::mul_Scalar>("mulScalar"),
    Op<ops::div_Tensor>("div"),
    Op<ops::div_Scalar>("divScalar"),
    Op<ops::pow_Tensor_Scalar>("pow"),
    Op<ops::pow_Tensor_Tensor>("powTensor"),
    Op<ops::maximum>("maximum"),
    Op<ops::minimum>("minimum"),
    Op<ops::neg>("neg"),
    Op<ops::abs>("abs"),
    Op<ops::sign>("sign"),
    Op<ops::floor>("floor"),
    Op<ops::ceil>("ceil"),
    Op<ops::round>("round"),
    Op<ops::exp>("exp"),
    Op<ops::log>("log"),
    Op<ops::log1p>("log1p"),
    Op<ops::sqrt>("sqrt"),
    Op<ops::square>("square"),
    Op<ops::erf>("erf"),
    Op<ops::sin>("sin"),
    Op<ops::cos>("cos"),
    Op<ops::clamp>("clamp"),
    Op<ops::add__Tensor>("add_"),
    Op<ops::add__Scalar>("addScalar_"),
    Op<ops::sub__Tensor>("sub_"),
    Op<ops::sub__Scalar>("subScalar_"),
    Op<ops::mul__Tensor>("mul_"),
    Op<ops::mul__Scalar>("mulScalar_"),
    Op<ops::div__Tensor>("div_"),
    Op<ops::div__Scalar>("divScalar_"),
    Op<ops::lerp__Scalar>("lerp_"),
    Op<ops::copy_>("copy_"),
    Op<ops::fill__Scalar>("fill_"),
    Op<ops::zero_>("zero_"),
    // comparison
    Op<ops::eq_Tensor>("eq"),
    Op<ops::eq_Scalar>("eqScalar"),
    Op<ops::ne_Tensor>("ne"),
    Op<ops::ne_Scalar>("neScalar"),
    Op<ops::lt_Tensor>("lt"),
    Op<ops::lt_Scalar>("ltScalar"),
    Op<ops::le_Tensor>("le"),
    Op<ops::le_Scalar>("leScalar"),
    Op<ops::gt_Tensor>("gt"),
    Op<ops::gt_Scalar>("gtScalar"),
    Op<ops::ge_Tensor>("ge"),
    Op<ops::ge_Scalar>("geScalar"),
    Op<ops::equal>("equal"),
    Op<ops::isfinite>("isfinite"),
    Op<ops::isnan>("isnan"),
    Op<ops::logical_not>("logicalNot"),
    Op<ops::logical_and>("logicalAnd"),
    Op<ops::logical_or>("logicalOr"),
    Op<ops::where_self>("where"),
    // reductions
    Op<ops::sum>("sumAll"),
    Op<ops::sum_dim_IntList>("sum"),
    Op<ops::mean>("meanAll"),
    Op<ops::mean_dim>("mean"),
    Op<ops::prod>("prodAll"),
    Op<ops::prod_dim_int>("prod"),
    Op<ops::all>("allAll"),
    Op<ops::all_dim>("all"),
    Op<ops::any>("anyAll"),
    Op<ops::any_dim>("any"),
    Op<ops::var_correction>("var"),
    Op<ops::std_correction>("std"),
    Op<ops::max>("maxAll"),
    Op<ops::max_dim>("max"),
    Op<ops::min>("minAll"),
    Op<ops::min_dim>("min"),
    Op<ops::kthvalue>("kthvalue"),
    Op<ops::sort>("sort"),
    Op<ops::topk>("topk"),
    Op<ops::argmax>("argmax"),
    Op<ops::argmin>("argmin"),
    Op<ops::cumsum>("cumsum"),
    Op<ops::logsumexp>("logsumexp"),
    Op<ops::linalg_vector_norm>("vectorNorm"),
    // shape and indexing
    Op<ops::view>("view"),
    Op<ops::reshape>("reshape"),
    Op<ops::flatten_using_ints>("flatten"),
    Op<ops::transpose_int>("transpose"),
    Op<ops::permute>("permute"),
    Op<ops::expand>("expand"),
    Op<ops::repeat>("repeat"),
    Op<ops::flip>("flip"),
    Op<ops::squeeze>("squeezeAll"),
    Op<ops::squeeze_dim>("squeeze"),
    Op<ops::unsqueeze>("unsqueeze"),
    Op<ops::select_int>("select"),
    Op<ops::slice_Tensor>("slice"),
    Op<ops::unfold>("unfold"),
    Op<ops::index_select>("indexSelect"),
    Op<ops::gather>("gather"),
    Op<ops::cat>("cat"),
    Op<ops::stack>("stack"),
    Op<ops::chunk>("chunk"),
    Op<ops::split_Tensor>("split"),
    Op<ops::contiguous>("contiguous"),
    Op<ops::clone>("clone"),
    Op<ops::detach>("detach"),
    Op<ops::to_dtype_layout>("to"),
    // linear algebra
    Op<ops::mm>("mm"),
    Op<ops::bmm>("bmm"),
    Op<ops::matmul>("matmul"),
    Op<ops::addmm>("addmm"),
    Op<ops::linear>("linear"),
    Op<ops::linalg_eigh>("eigh"),
    // convolutions and what belongs to them
    Op<ops::conv2d>("conv2d"),
    Op<ops::conv_transpose2d_input>("convTranspose2d"),
    Op<ops::batch_norm>("batchNorm"),
    Op<ops::avg_pool2d>("avgPool2d"),
    Op<ops::upsample_nearest2d>("upsampleNearest2d"),
    Op<ops::embedding>("embedding"),
    // activations and losses
    Op<ops::relu>("relu"),
    Op<ops::leaky_relu>("leakyRelu"),
    Op<ops::tanh>("tanh"),
    Op<ops::sigmoid>("sigmoid"),
    Op<ops::softplus>("softplus"),
    Op<ops::softmax_int>("softmax"),
    Op<ops::log_softmax_int>("logSoftmax"),
    Op<ops::mse_loss>("mseLoss"),
};

Napi::Value operatorSchemas(const Napi::CallbackInfo& info) {
  auto schemas = Napi::Object::New(info.Env());
  for (const OpEntry& op : kTable) schemas.Set(op.name, op.schema);
  return schemas;
}

}  // namespace

void registerOps(Napi::Env env, Napi::Object exports) {
  for (const OpEntry& op : kTable) exports.Set(op.name, Napi::Function::New(env, op.call, op.name));
  exports.Set("operatorSchemas", Napi::Function::New(env, operatorSchemas, "operatorSchemas"));
}
