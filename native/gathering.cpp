// Tensors of all processes joined, with a way back for gradients: libtorch's operator of that name has none.

#include "process_groups.h"

#include <ATen/ops/empty.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>

using namespace apprentice;

namespace apprentice {

at::Tensor joined(c10d::ProcessGroup& group, const at::Tensor& part) {
  std::vector<int64_t> sizes = part.sizes().vec();
  sizes[0] *= group.getSize();
  at::Tensor whole = at::empty(sizes, part.options().requires_grad(false));
  at::Tensor own = part.contiguous();
  group.getBackend(part.device().type())->_allgather_base(whole, own)->wait();
  return whole;
}

}  // namespace apprentice

namespace {

struct Gather : torch::autograd::Function<Gather> {
  static at::Tensor forward(torch::autograd::AutogradContext* ctx, const at::Tensor& part,
                            const c10::intrusive_ptr<c10d::ProcessGroup>& group) {
    ctx->saved_data["group"] = group;
    return joined(*group, part);
  }

  // Each process has used the whole: what its part has done is the sum over all of them.
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* ctx,
                                                 torch::autograd::variable_list grads) {
    const auto group = ctx->saved_data["group"].toCustomClass<c10d::ProcessGroup>();
    std::vector<at::Tensor> whole = {grads[0].contiguous().clone()};
    group->allreduce(whole)->wait();
    const int64_t rows = whole[0].size(0) / group->getSize();
    return {whole[0].narrow(0, group->getRank() * rows, rows).clone(), at::Tensor()};
  }
};

}  // namespace

// Back comes the tensors of all processes, joined along their first dimension.
int32_t ap_group_gather(uint32_t ctx, double group, double tensor) {
  return guarded(ctx, [&](Context& c) {
    const auto& found = group_at(c, group).group;
    const at::Tensor& part = c.tensor(tensor);
    if (part.dim() == 0) throw Failure(AP_ERROR_SHAPE, "a tensor without dimensions cannot be joined with others");
    const bool recorded = part.requires_grad() && c10::GradMode::is_enabled();
    c.frame[0] = c.add(recorded ? Gather::apply(part, found) : joined(*found, part.detach()));
    return 0;
  });
}
