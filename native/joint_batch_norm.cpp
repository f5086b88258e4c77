// A batch norm over what all processes have together: libtorch's own kernels, with two small exchanges between them.

#include "process_groups.h"

#include <ATen/ops/batch_norm_update_stats.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/full.h>
#include <ATen/ops/native_batch_norm.h>
#include <ATen/ops/native_batch_norm_backward.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/rsqrt.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>

using namespace apprentice;

namespace {

using Group = c10::intrusive_ptr<c10d::ProcessGroup>;

// Mean, variance (of all values) and number of values of each process, a row for each.
at::Tensor all_statistics(const at::Tensor& input, c10d::ProcessGroup& group) {
  const int64_t channels = input.size(1);
  const auto options = input.options().requires_grad(false);
  at::Tensor own = at::zeros({1, 2 * channels + 1}, options);
  if (input.numel() > 0) {
    const auto [mean, variance] = at::batch_norm_update_stats(input, {}, {}, /*momentum=*/0);
    own = at::cat({mean, variance, at::full({1}, static_cast<double>(input.numel() / channels), options)}).unsqueeze(0);
  }
  return joined(group, own);
}

struct JointBatchNorm : torch::autograd::Function<JointBatchNorm> {
  static torch::autograd::variable_list forward(torch::autograd::AutogradContext* ctx, const at::Tensor& input,
                                                const at::Tensor& weight, const at::Tensor& bias, const Group& group,
                                                double eps) {
    const int64_t channels = input.size(1);
    const at::Tensor all = all_statistics(input, *group);
    const at::Tensor counts = all.narrow(1, 2 * channels, 1);
    const at::Tensor count = counts.sum();
    const at::Tensor weights = counts / count;
    const at::Tensor means = all.narrow(1, 0, channels);
    const at::Tensor mean = (means * weights).sum(0);
    // Each process's about its own mean, so that no digits are lost (Chan et al. 1983).
    const at::Tensor variance = ((all.narrow(1, channels, channels) + (means - mean).square()) * weights).sum(0);
    at::Tensor made = input.numel() == 0
                          ? at::empty_like(input)
                          : std::get<0>(at::native_batch_norm(input, weight, bias, mean, variance, /*training=*/false,
                                                              /*momentum=*/0, eps));
    ctx->save_for_backward({input, weight, mean, variance, count});
    ctx->saved_data["group"] = group;
    ctx->saved_data["eps"] = eps;
    at::Tensor statistics = at::cat({mean, variance, count.reshape({1})});
    ctx->mark_non_differentiable({statistics});
    return {made, statistics};
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* ctx,
                                                 torch::autograd::variable_list grads) {
    const auto saved = ctx->get_saved_variables();
    const at::Tensor &input = saved[0], &weight = saved[1], &mean = saved[2], &variance = saved[3], &count = saved[4];
    const auto group = ctx->saved_data["group"].toCustomClass<c10d::ProcessGroup>();
    const double eps = ctx->saved_data["eps"].toDouble();
    const at::Tensor inverse = at::rsqrt(variance + eps);
    const at::Tensor scale = weight.detach();
    const int64_t channels = input.size(1);

    // As if mean and variance were constants; what comes by way of them is added below.
    at::Tensor of_input, of_weight = at::zeros({channels}, mean.options()), of_bias = of_weight.clone();
    if (input.numel() > 0) {
      std::tie(of_input, of_weight, of_bias) =
          at::native_batch_norm_backward(grads[0].contiguous(input.suggest_memory_format()), input, scale, mean, variance,
                                         mean, inverse, /*train=*/false, eps, {true, true, true});
    } else {
      of_input = at::empty_like(input);
    }
    // Of small tensors all rows are here sooner than Gloo has added them up.
    const at::Tensor sums = joined(*group, at::cat({of_weight, of_bias}).unsqueeze(0)).sum(0);
    if (input.numel() > 0) {
      const at::Tensor along = scale * inverse / count;
      // (input - mean) * inverse * sum of weights' + sum of biases', times -along, by the kernel for such lines.
      const at::Tensor line = std::get<0>(at::native_batch_norm(
          input, -along * sums.narrow(0, 0, channels), -along * sums.narrow(0, channels, channels), mean, variance,
          /*training=*/false, /*momentum=*/0, eps));
      of_input.add_(line);
    }
    return {of_input, of_weight, of_bias, at::Tensor(), at::Tensor()};
  }
};

}  // namespace

// weight and bias may be 0 for none. Back come the normalized input, recorded for gradients, and after it mean, variance
// (of all values, not of all but one) and number of values of the whole.
int32_t ap_group_batch_norm(uint32_t ctx, double group, double input, double weight, double bias, double eps) {
  return guarded(ctx, [&](Context& c) {
    const auto& found = group_at(c, group).group;
    const at::Tensor& given = c.tensor(input);
    if (given.dim() < 2) throw Failure(AP_ERROR_SHAPE, "a batch norm takes a batch with channels");
    const auto options = given.options().requires_grad(false);
    const at::Tensor scale = weight == 0 ? at::ones({given.size(1)}, options) : c.tensor(weight);
    const at::Tensor offset = bias == 0 ? at::zeros({given.size(1)}, options) : c.tensor(bias);
    for (const at::Tensor& part : {scale, offset}) {
      if (part.dim() != 1 || part.size(0) != given.size(1) || part.scalar_type() != given.scalar_type() ||
          part.device() != given.device()) {
        throw Failure(AP_ERROR_SHAPE, c10::str("weight and bias are as the input's ", given.size(1),
                                               " channels, of its dtype and device"));
      }
    }
    auto made = JointBatchNorm::apply(given, scale, offset, found, eps);
    c.frame[0] = c.add(std::move(made[0]));
    c.frame[1] = c.add(std::move(made[1]));
    return 0;
  });
}
