#include "guards.h"

#include "context.h"
#include "values.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/isnan.h>

#include <cmath>
#include <limits>
#include <string>
#include <unordered_map>
#include <vector>

namespace apprentice {

namespace {

// The arguments of a call, by the names in the operator's schema.
class Arguments {
 public:
  Arguments(const c10::FunctionSchema& schema, const torch::jit::Stack& stack) : schema_(schema), stack_(stack) {}

  size_t size() const { return schema_.arguments().size(); }
  const std::string& name(size_t i) const { return schema_.arguments()[i].name(); }
  const c10::IValue& at(size_t i) const { return stack_[i]; }

  const c10::IValue& operator[](const char* name) const {
    const auto index = schema_.argumentIndexWithName(name);
    if (!index) throw Failure(AP_ERROR_OPERATOR, c10::str("this operator has no argument ", name));
    return stack_[*index];
  }
  bool has(const char* name) const { return schema_.argumentIndexWithName(name).has_value(); }

  at::Tensor tensor(const char* name) const {
    const c10::IValue& value = (*this)[name];
    return value.isTensor() ? value.toTensor() : at::Tensor();
  }
  std::vector<at::Tensor> tensors(const char* name) const { return (*this)[name].toTensorVector(); }
  int64_t integer(const char* name) const { return (*this)[name].toInt(); }
  bool flag(const char* name) const { return (*this)[name].toBool(); }

 private:
  const c10::FunctionSchema& schema_;
  const torch::jit::Stack& stack_;
};

template <class... Parts>
[[noreturn]] void refuse(const Parts&... parts) {
  throw Failure(AP_ERROR_ARGUMENT, c10::str(parts...));
}

template <class... Parts>
[[noreturn]] void refuse_shape(const Parts&... parts) {
  throw Failure(AP_ERROR_SHAPE, c10::str(parts...));
}

void check_dim(const at::Tensor& tensor, int64_t dim, const char* name) {
  if (tensor.dim() != dim) refuse_shape(name, " has ", tensor.dim(), " dimensions and needs ", dim);
}

void check_count(const at::Tensor& tensor, int64_t count, const char* name) {
  if (tensor.defined() && tensor.numel() != count) {
    refuse_shape(name, " has ", tensor.numel(), " elements and needs ", count);
  }
}

// Every list has as many elements as the first.
void guard_lists(const c10::FunctionSchema& schema, const torch::jit::Stack& stack) {
  const Arguments args(schema, stack);
  const size_t count = args.at(0).toListRef().size();
  if (count == 0) refuse_shape(args.name(0), " is an empty list of tensors");
  for (size_t i = 1; i < args.size(); i++) {
    const c10::IValue& value = args.at(i);
    if (value.isList() && value.toListRef().size() != count) {
      refuse_shape(args.name(i), " is a list of ", value.toListRef().size(), " and needs ", count, ", one for each of ",
                   args.name(0));
    }
    if (value.isTensor() && args.name(i) == "scalars") check_count(value.toTensor(), static_cast<int64_t>(count), "scalars");
  }
}

// The steps of optimizers go through all memory as if it were laid out like that of the parameters.
void guard_fused(const c10::FunctionSchema& schema, const torch::jit::Stack& stack) {
  const Arguments args(schema, stack);
  const std::vector<at::Tensor> params = args.at(0).toTensorVector();
  if (params.empty()) refuse_shape("self is an empty list of tensors");
  for (size_t i = 1; i < args.size(); i++) {
    const std::string& name = args.name(i);
    if (args.at(i).isTensor()) {
      check_count(args.at(i).toTensor(), 1, name.c_str());
      continue;
    }
    if (!args.at(i).isTensorList()) continue;
    const std::vector<at::Tensor> list = args.at(i).toTensorVector();
    const bool unused = list.empty() && ((name == "momentum_buffer_list" && args["momentum"].toDouble() == 0) ||
                                         (name == "max_exp_avg_sqs" && !args.flag("amsgrad")));
    if (unused) continue;
    if (list.size() != params.size()) {
      refuse_shape(name, " is a list of ", list.size(), " and needs ", params.size(), ", one for each of self");
    }
    for (size_t k = 0; k < list.size(); k++) {
      const at::Tensor& tensor = list[k];
      const at::Tensor& param = params[k];
      if (name == "state_steps") {
        check_count(tensor, 1, "state_steps");
        if (tensor.scalar_type() != at::kFloat) {
          throw Failure(AP_ERROR_DTYPE, c10::str("state_steps are ", tensor.scalar_type(), " and need to be Float"));
        }
        continue;
      }
      if (tensor.scalar_type() != param.scalar_type()) {
        throw Failure(AP_ERROR_DTYPE, c10::str("", name, "[", k, "] is ", tensor.scalar_type(), ", its parameter ",
                                              param.scalar_type()));
      }
      if (tensor.device() != param.device()) {
        throw Failure(AP_ERROR_DEVICE, c10::str(name, "[", k, "] is on ", tensor.device(), ", its parameter on ",
                                                param.device()));
      }
      if (tensor.layout() != at::kStrided || tensor.sizes() != param.sizes() || !same_strides(tensor, param)) {
        refuse_shape(name, "[", k, "] has the shape ", tensor.sizes(), " and strides ", tensor.strides(), ", its parameter ",
                     param.sizes(), " and ", param.strides());
      }
    }
  }
  for (const at::Tensor& param : params) {
    if (param.layout() != at::kStrided || !param.is_non_overlapping_and_dense()) {
      refuse_shape("a parameter of shape ", param.sizes(), " and strides ", param.strides(), " is not dense: make it contiguous");
    }
  }
}

void guard_batch_norm(const c10::FunctionSchema& schema, const torch::jit::Stack& stack) {
  const Arguments args(schema, stack);
  const at::Tensor input = args.tensor("input");
  // Of nothing, there is nothing to read.
  if (input.defined() && input.dim() == 1 && input.numel() == 0) return;
  if (!input.defined() || input.dim() < 2) {
    refuse_shape("input has ", input.defined() ? input.dim() : 0, " dimensions and needs at least 2, (B, C, ...)");
  }
  // Its gradient is divided by the number of elements, even where its value is not.
  if (input.numel() == 0 && schema.name().find("native_batch_norm") != std::string::npos) {
    refuse_shape("input of shape ", input.sizes(), " has no elements; batch_norm takes such");
  }
  bool running = true;
  for (const char* name : {"weight", "bias", "running_mean", "running_var"}) {
    if (!args.has(name)) continue;
    const at::Tensor tensor = args.tensor(name);
    if (tensor.defined()) check_dim(tensor, 1, name);
    check_count(tensor, input.size(1), name);
    if (std::string(name).rfind("running", 0) == 0) running &= tensor.defined();
  }
  const bool training = args.has("training")          ? args.flag("training")
                        : args.has("train")           ? args.flag("train")
                        : args.has("use_input_stats") ? args.flag("use_input_stats")
                                                      : true;
  if (!training && !running) {
    throw Failure(AP_ERROR_ARGUMENT, "without training, running_mean and running_var are needed");
  }
}

void guard_group_norm(const c10::FunctionSchema& schema, const torch::jit::Stack& stack) {
  const Arguments args(schema, stack);
  const at::Tensor input = args.tensor("input");
  const int64_t n = args.integer("N"), c = args.integer("C"), hw = args.integer("HxW"), group = args.integer("group");
  if (n < 0 || c < 1 || hw < 0 || group < 1 || c % group != 0 ||
      static_cast<double>(n) * static_cast<double>(c) * static_cast<double>(hw) != static_cast<double>(input.numel())) {
    refuse_shape("N ", n, ", C ", c, ", HxW ", hw, " and group ", group, " do not fit an input of shape ", input.sizes());
  }
  check_count(args.tensor("weight"), c, "weight");
  check_count(args.tensor("bias"), c, "bias");
}

void guard_embedding_bag(const c10::FunctionSchema& schema, const torch::jit::Stack& stack) {
  const Arguments args(schema, stack);
  const at::Tensor weight = args.tensor("weight"), indices = args.tensor("indices"), offsets = args.tensor("offsets");
  check_dim(weight, 2, "weight");
  check_dim(indices, 1, "indices");
  check_dim(offsets, 1, "offsets");
  for (const at::Tensor& tensor : {indices, offsets}) {
    if (tensor.scalar_type() != at::kLong && tensor.scalar_type() != at::kInt) {
      throw Failure(AP_ERROR_DTYPE, c10::str("indices and offsets are Long or Int, got ", tensor.scalar_type()));
    }
  }
  const int64_t mode = args.integer("mode");
  if (mode < 0 || mode > 2) refuse("mode is 0, 1 or 2, got ", mode);
  const at::Tensor weights = args.tensor("per_sample_weights");
  check_count(weights, indices.numel(), "per_sample_weights");
  if (!weight.is_cpu()) return;
  const at::Tensor rows = indices.to(at::kCPU, at::kLong).contiguous();
  const at::Tensor starts = offsets.to(at::kCPU, at::kLong).contiguous();
  const int64_t* row = rows.const_data_ptr<int64_t>();
  for (int64_t i = 0; i < rows.numel(); i++) {
    if (row[i] < 0 || row[i] >= weight.size(0)) {
      throw Failure(AP_ERROR_INDEX, c10::str("index ", row[i], " is out of range: weight has ", weight.size(0), " rows"));
    }
  }
  const int64_t* start = starts.const_data_ptr<int64_t>();
  int64_t before = 0;
  for (int64_t i = 0; i < starts.numel(); i++) {
    if (start[i] < before || start[i] > rows.numel() || (i == 0 && start[i] != 0)) {
      refuse("offsets start at 0, never fall and are at most ", rows.numel(), "; offset ", i, " is ", start[i]);
    }
    before = start[i];
  }
  if (args.flag("include_last_offset") && starts.numel() == 0) refuse("with include_last_offset, offsets has an element at least");
}

void guard_recurrent(const c10::FunctionSchema& schema, const torch::jit::Stack& stack) {
  const Arguments args(schema, stack);
  const bool lstm = schema.name() == "aten::lstm";
  const at::Tensor input = args.tensor("input");
  check_dim(input, 3, "input");
  const int64_t layers = args.integer("num_layers");
  if (layers < 1 || layers > 1000) refuse("num_layers is 1 to 1000, got ", layers);
  const int64_t directions = args.flag("bidirectional") ? 2 : 1;
  const int64_t batch = input.size(args.flag("batch_first") ? 0 : 1);
  std::vector<at::Tensor> states;
  if (args["hx"].isTensorList()) {
    states = args.tensors("hx");
  } else {
    states.push_back(args.tensor("hx"));
  }
  if (states.size() != (lstm ? 2 : 1)) refuse_shape("hx is a list of ", states.size(), " and needs ", lstm ? 2 : 1);
  for (const at::Tensor& state : states) {
    check_dim(state, 3, "hx");
    if (state.size(0) != layers * directions || state.size(1) != batch) {
      refuse_shape("hx has the shape ", state.sizes(), " and needs (", layers * directions, ", ", batch, ", ...)");
    }
  }
  const int64_t out = states[0].size(2);
  const int64_t hidden = states.back().size(2);
  const bool projected = lstm && out != hidden;
  const bool biased = args.flag("has_biases");
  const int64_t gates = (lstm ? 4 : schema.name() == "aten::gru" ? 3 : 1) * hidden;
  const std::vector<at::Tensor> params = args.tensors("params");
  const size_t each = (biased ? 4 : 2) + (projected ? 1 : 0);
  if (params.size() != static_cast<size_t>(layers * directions) * each) {
    refuse_shape("params is a list of ", params.size(), " and needs ", static_cast<size_t>(layers * directions) * each);
  }
  for (size_t k = 0; k < params.size(); k += each) {
    const int64_t in = k / each < static_cast<size_t>(directions) ? input.size(2) : out * directions;
    std::vector<std::vector<int64_t>> wanted{{gates, in}, {gates, out}};
    if (biased) wanted.insert(wanted.end(), {{gates}, {gates}});
    if (projected) wanted.push_back({out, hidden});
    for (size_t i = 0; i < each; i++) {
      if (params[k + i].sizes() != at::IntArrayRef(wanted[i])) {
        refuse_shape("params[", k + i, "] has the shape ", params[k + i].sizes(), " and needs ", at::IntArrayRef(wanted[i]));
      }
    }
  }
}

// The steps of packed sequences: how many of the batch go on at each.
void guard_packed(const c10::FunctionSchema& schema, const torch::jit::Stack& stack) {
  const Arguments args(schema, stack);
  const at::Tensor steps = args.tensor("batch_sizes");
  check_dim(steps, 1, "batch_sizes");
  if (steps.numel() == 0) refuse_shape("batch_sizes is empty");
  if (!steps.is_cpu() || steps.scalar_type() != at::kLong) {
    throw Failure(AP_ERROR_DTYPE, c10::str("batch_sizes are Long on the CPU, got ", steps.scalar_type(), " on ", steps.device()));
  }
  const at::Tensor sizes = steps.contiguous();
  const int64_t* size = sizes.const_data_ptr<int64_t>();
  for (int64_t i = 0; i < sizes.numel(); i++) {
    if (size[i] < 1 || (i > 0 && size[i] > size[i - 1])) {
      refuse("batch_sizes are at least 1 and never rise; number ", i, " is ", size[i]);
    }
  }
  std::vector<at::Tensor> states;
  if (args["hx"].isTensorList()) {
    states = args.tensors("hx");
  } else {
    states.push_back(args.tensor("hx"));
  }
  for (const at::Tensor& state : states) {
    check_dim(state, 3, "hx");
    if (state.size(1) != size[0]) refuse_shape("hx has the shape ", state.sizes(), " and needs (..., ", size[0], ", ...)");
  }
}

// The search for a number goes on until it is below the count, which it never is of NaN.
void guard_binomial(const c10::FunctionSchema& schema, const torch::jit::Stack& stack) {
  const at::Tensor count = Arguments(schema, stack).tensor("count");
  if (count.is_floating_point() && !count.is_meta() && at::isnan(count).any().item<bool>()) refuse("count holds NaN");
}

// Where segments begin and how long they are is not looked at.
void guard_segments(const c10::FunctionSchema& schema, const torch::jit::Stack& stack) {
  const Arguments args(schema, stack);
  const at::Tensor data = args.tensor("data");
  const int64_t axis = args.integer("axis");
  if (axis < 0 || axis >= data.dim()) refuse("axis is 0 to ", data.dim() - 1, ", got ", axis);
  for (const char* name : {"lengths", "offsets"}) {
    const at::Tensor given = args.tensor(name);
    if (!given.defined()) continue;
    check_dim(given, axis + 1, name);
    if (given.sizes().slice(0, axis) != data.sizes().slice(0, axis)) {
      refuse_shape(name, " has the shape ", given.sizes(), ", which does not fit data of shape ", data.sizes());
    }
    if (given.numel() == 0) continue;
    const at::Tensor ends = std::string(name) == "lengths" ? given.cumsum(axis) : given;
    if (given.min().item().toLong() < 0 || ends.max().item().toLong() > data.size(axis) || ends.diff(1, axis).lt(0).any().item<bool>()) {
      refuse(name, " do not lie within the ", data.size(axis), " elements of data");
    }
  }
}

void check_finite(const at::Tensor& matrix) {
  if (!matrix.defined() || matrix.is_meta() || at::isIntegralType(matrix.scalar_type(), true)) return;
  if (!at::isfinite(matrix).all().item<bool>()) {
    throw Failure(AP_ERROR_ARGUMENT, "a matrix holds NaN or infinity, for which there is no such decomposition");
  }
}

// LAPACK reads beyond its memory, never ends or prints where numbers are not finite.
void guard_finite(const c10::FunctionSchema& schema, const torch::jit::Stack& stack) {
  for (const c10::IValue& value : stack) {
    if (value.isTensor()) check_finite(value.toTensor());
  }
}

// Norms of matrices that are made of singular values.
void guard_spectral(const c10::FunctionSchema& schema, const torch::jit::Stack& stack) {
  const Arguments args(schema, stack);
  const at::Tensor matrix = args.at(0).toTensor();
  if (matrix.dim() < 2) return;
  const c10::IValue& ord = args[args.has("ord") ? "ord" : "p"];
  if (args.has("dim") && args["dim"].isIntList() && args["dim"].toIntVector().size() != 2) return;
  const bool condition = args.has("p");
  const bool singular = ord.isNone()     ? condition
                        : ord.isString() ? ord.toStringRef() == "nuc"
                        : ord.isScalar() ? std::abs(ord.toScalar().toDouble()) == 2
                                         : false;
  if (singular) check_finite(matrix);
}

// The classes of targets are used as places without a look.
void guard_ctc(const c10::FunctionSchema& schema, const torch::jit::Stack& stack) {
  const Arguments args(schema, stack);
  const at::Tensor probabilities = args.tensor("log_probs"), targets = args.tensor("targets");
  if (probabilities.dim() < 2 || targets.numel() == 0) return;
  const int64_t classes = probabilities.size(-1);
  const int64_t low = targets.min().item().toLong(), high = targets.max().item().toLong();
  if (low >= 0 && high < classes) return;
  throw Failure(AP_ERROR_INDEX, c10::str("class ", low < 0 ? low : high, " among the targets is out of range: log_probs has ",
                                         classes, " classes"));
}

// What is no kind of interpolation or padding would leave the result as it lay in memory.
void guard_grid(const c10::FunctionSchema& schema, const torch::jit::Stack& stack) {
  const Arguments args(schema, stack);
  for (const char* name : {"interpolation_mode", "padding_mode"}) {
    const int64_t mode = args.integer(name);
    if (mode < 0 || mode > 2) refuse(name, " is 0, 1 or 2, got ", mode);
  }
  // The gradient of a place that is no number goes anywhere in memory, but where padding leaves it out.
  const at::Tensor input = args.tensor("input"), grid = args.tensor("grid");
  const bool gradient = args.has("grad_output") || (at::GradMode::is_enabled() && (input.requires_grad() || grid.requires_grad()));
  if (gradient && args.integer("padding_mode") != 0 && !grid.is_meta() && !at::isfinite(grid).all().item<bool>()) {
    refuse("grid holds NaN or infinity, which have no gradient with this padding_mode");
  }
}

// The fused kernels take it that there is a value for every key.
void guard_attention(const c10::FunctionSchema& schema, const torch::jit::Stack& stack) {
  const Arguments args(schema, stack);
  const at::Tensor query = args.tensor("query"), key = args.tensor("key"), value = args.tensor("value");
  for (const at::Tensor& tensor : {query, key, value}) {
    if (tensor.dim() < 2) refuse_shape("query, key and value have at least 2 dimensions, (..., L, E), got ", tensor.sizes());
  }
  if (query.size(-1) != key.size(-1) || key.size(-2) != value.size(-2)) {
    refuse_shape("query ", query.sizes(), ", key ", key.sizes(), " and value ", value.sizes(),
                 " do not fit: query and key are of one width, and there is a value for every key");
  }
}

// The number of multiplications is found by halving the power, whose magnitude must be one.
void guard_power(const c10::FunctionSchema& schema, const torch::jit::Stack& stack) {
  const int64_t n = Arguments(schema, stack).integer("n");
  if (n < -(int64_t{1} << 53) || n > (int64_t{1} << 53)) refuse("n is a power from -2^53 to 2^53, got ", n);
}

// The kernels of these compute places as 32-bit numbers, or walk over as many places as a size says.
void guard_sizes(const c10::FunctionSchema& schema, const torch::jit::Stack& stack) {
  const Arguments args(schema, stack);
  constexpr int64_t most = std::numeric_limits<int32_t>::max();
  for (size_t i = 0; i < args.size(); i++) {
    const c10::IValue& value = args.at(i);
    std::vector<int64_t> numbers;
    if (value.isIntList()) numbers = value.toIntVector();
    if (value.isInt()) numbers.push_back(value.toInt());
    for (const int64_t number : numbers) {
      if (number > most || number < -most) refuse(args.name(i), " is a size of at most ", most, ", got ", number);
    }
  }
}

// The places of windows are made of the samples without a look at what they are.
void guard_fractional(const c10::FunctionSchema& schema, const torch::jit::Stack& stack) {
  guard_sizes(schema, stack);
  const at::Tensor samples = Arguments(schema, stack).tensor("random_samples");
  if (samples.numel() == 0) return;
  const double low = samples.min().item().toDouble(), high = samples.max().item().toDouble();
  if (!(low >= 0 && high < 1)) refuse("random_samples are from 0 up to, not including, 1, got ", low >= 0 ? high : low);
}

// Each gradient goes where its index says.
void guard_pool_indices(const c10::FunctionSchema& schema, const torch::jit::Stack& stack) {
  guard_sizes(schema, stack);
  const Arguments args(schema, stack);
  const at::Tensor grad = args.tensor("grad_output"), input = args.tensor("self"), indices = args.tensor("indices");
  const int64_t sides = schema.name().find("3d") == std::string::npos ? 2 : 3;
  if (input.dim() < sides || indices.sizes() != grad.sizes()) {
    refuse_shape("grad_output ", grad.sizes(), ", self ", input.sizes(), " and indices ", indices.sizes(), " do not fit");
  }
  if (indices.numel() == 0) return;
  int64_t places = 1;
  for (int64_t i = 1; i <= sides; i++) places *= input.size(-i);
  const int64_t low = indices.min().item().toLong(), high = indices.max().item().toLong();
  if (low >= 0 && high < places) return;
  throw Failure(AP_ERROR_INDEX, c10::str("index ", low < 0 ? low : high, " is out of range: an image of self has ", places, " places"));
}

const std::unordered_map<std::string, Guard>& guards_by_name() {
  static const std::unordered_map<std::string, Guard> guards = {
      {"_fused_sgd_", guard_fused},
      {"_fused_adam_", guard_fused},
      {"_fused_adamw_", guard_fused},
      {"_fused_adagrad_", guard_fused},
      {"batch_norm", guard_batch_norm},
      {"instance_norm", guard_batch_norm},
      {"native_batch_norm", guard_batch_norm},
      {"_native_batch_norm_legit", guard_batch_norm},
      {"_native_batch_norm_legit_no_training", guard_batch_norm},
      {"native_batch_norm_backward", guard_batch_norm},
      {"native_group_norm", guard_group_norm},
      {"embedding_bag", guard_embedding_bag},
      {"_embedding_bag", guard_embedding_bag},
      {"_embedding_bag_forward_only", guard_embedding_bag},
      {"lstm", guard_recurrent},
      {"gru", guard_recurrent},
      {"rnn_tanh", guard_recurrent},
      {"rnn_relu", guard_recurrent},
      {"ctc_loss", guard_ctc},
      {"_ctc_loss", guard_ctc},
      {"grid_sampler", guard_grid},
      {"grid_sampler_2d", guard_grid},
      {"grid_sampler_3d", guard_grid},
      {"grid_sampler_2d_backward", guard_grid},
      {"grid_sampler_3d_backward", guard_grid},
      {"scaled_dot_product_attention", guard_attention},
      {"linalg_cond", guard_spectral},
      {"linalg_matrix_norm", guard_spectral},
      {"linalg_norm", guard_spectral},
      {"linalg_lstsq", guard_finite},
      {"linalg_matrix_rank", guard_finite},
      {"linalg_pinv", guard_finite},
      {"linalg_svd", guard_finite},
      {"linalg_svdvals", guard_finite},
      {"linalg_eig", guard_finite},
      {"linalg_eigvals", guard_finite},
      {"_linalg_eigvals", guard_finite},
      {"linalg_eigh", guard_finite},
      {"linalg_eigvalsh", guard_finite},
      {"linalg_matrix_power", guard_power},
      {"matrix_power", guard_power},
      {"fractional_max_pool2d", guard_fractional},
      {"fractional_max_pool3d", guard_fractional},
      {"segment_reduce", guard_segments},
      {"im2col", guard_sizes},
      {"max_pool2d_with_indices_backward", guard_pool_indices},
      {"max_pool3d_with_indices_backward", guard_pool_indices},
      {"adaptive_max_pool2d_backward", guard_pool_indices},
      {"adaptive_max_pool3d_backward", guard_pool_indices},
      {"binomial", guard_binomial},
      {"col2im", guard_sizes},
  };
  return guards;
}

}  // namespace

Guard find_guard(const c10::OperatorHandle& handle) {
  const std::string& full = handle.operator_name().name;
  if (full.rfind("aten::", 0) != 0) return nullptr;
  const std::string name = full.substr(6);
  const auto& known = guards_by_name();
  const auto found = known.find(name);
  if (found != known.end()) {
    // Recurrent operators also come for packed sequences, whose arguments are others.
    const bool packed = found->second == guard_recurrent && handle.operator_name().overload_name == "data";
    return packed ? guard_packed : found->second;
  }
  if (name.rfind("_foreach_", 0) == 0) return guard_lists;
  if (name.find("pool") != std::string::npos) return guard_sizes;
  return nullptr;
}

}  // namespace apprentice
