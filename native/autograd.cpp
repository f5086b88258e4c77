// Gradients: backward, grad, the grad slots, and the modes.

#include "operators.h"
#include "values.h"

#include <ATen/autocast_mode.h>
#include <ATen/ops/empty_like.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>

using namespace apprentice;

namespace {

constexpr uint32_t kRetainGraph = 1;
constexpr uint32_t kCreateGraph = 2;
constexpr uint32_t kAllowUnused = 4;

std::vector<at::Tensor> read_tensors(Context& c, uint32_t count, size_t& at) {
  c.check_count(count);
  std::vector<at::Tensor> tensors;
  tensors.reserve(count);
  for (uint32_t i = 0; i < count; i++) {
    const double handle = c.number(at);
    tensors.push_back(handle == 0 ? at::Tensor() : c.tensor(handle));
  }
  return tensors;
}

bool has_plain_memory(const at::Tensor& tensor) {
  return tensor.layout() == at::kStrided && !tensor.is_neg() && !tensor.is_conj() && !tensor._is_zerotensor() &&
         (tensor.numel() == 0 || tensor.const_data_ptr() != nullptr);
}

// A hash (FNV-1a) of how tensors lie, in as many bits as a double holds exactly.
class Layout {
 public:
  void add(int64_t value) { hash_ = (hash_ ^ static_cast<uint64_t>(value)) * 0x100000001b3ull; }
  void add(const at::Tensor& tensor) {
    add(static_cast<int64_t>(tensor.scalar_type()));
    add(static_cast<int64_t>(tensor.device().type()));
    add(tensor.device().index());
    add(tensor.dim());
    for (const int64_t size : tensor.sizes()) add(size);
    for (const int64_t stride : tensor.strides()) add(stride);
  }
  double value() const { return static_cast<double>(hash_ >> 12); }

 private:
  uint64_t hash_ = 0xcbf29ce484222325ull;
};

// A parameter's gradient in plain memory. The fused kernels run along it without a look at strides: it lies as the
// parameter does, which has to lie without gaps.
at::Tensor step_grad(at::Tensor& parameter, uint32_t place, bool fused) {
  const bool dense = has_plain_memory(parameter) && parameter.is_non_overlapping_and_dense();
  if (fused && !dense) {
    throw Failure(AP_ERROR_ARGUMENT, c10::str("parameter ", place, " has no memory of its own without gaps (it is ",
                                           parameter.toString(), parameter.sizes(), "); take its clone()"));
  }
  at::Tensor grad = parameter.grad();
  if (!grad.defined()) return grad;
  if (!grad.sizes().equals(parameter.sizes()) || grad.scalar_type() != parameter.scalar_type() ||
      grad.device() != parameter.device()) {
    throw Failure(AP_ERROR_ARGUMENT,
                  c10::str("parameter ", place, " is ", parameter.toString(), parameter.sizes(), " on ",
                           parameter.device(), ", its gradient ", grad.toString(), grad.sizes(), " on ", grad.device(),
                           "; call zeroGrad() after a parameter has changed"));
  }
  if (has_plain_memory(grad) && (!dense || same_strides(grad, parameter))) return grad;
  at::Tensor plain = at::empty_like(parameter, parameter.options().requires_grad(false));
  plain.copy_(grad.layout() == at::kStrided ? grad : grad.to_dense());
  parameter.mutable_grad() = plain;
  return plain;
}

void check_grad(const at::Tensor& tensor, const at::Tensor& grad) {
  const bool strided = tensor.layout() == at::kStrided && !tensor.is_nested() && !grad.is_nested();
  const bool layouts = grad.layout() == tensor.layout() || (strided && grad.is_sparse());
  if (!strided || !layouts || !grad.sizes().equals(tensor.sizes()) || grad.scalar_type() != tensor.scalar_type() ||
      grad.device() != tensor.device()) {
    throw Failure(AP_ERROR_VALUE, c10::str("a gradient has its tensor's shape, dtype and device: the tensor is ",
                                           describe(tensor), ", the gradient ", describe(grad)));
  }
  // Nothing would free a tensor that holds itself. By way of a graph it may: see Context::cut_gradient_cycle.
  for (at::Tensor next = grad; next.defined(); next = std::as_const(*next.unsafeGetTensorImpl()).grad()) {
    if (!next.is_same(tensor)) continue;
    throw Failure(AP_ERROR_ARGUMENT, next.is_same(grad)
                                         ? "a tensor cannot be its own gradient"
                                         : "a tensor cannot be the gradient of its own gradient");
  }
}

}  // namespace

int32_t ap_set_requires_grad(uint32_t ctx, double handle, uint32_t on) {
  return guarded(ctx, [&](Context& c) { return c.tensor(handle).set_requires_grad(on != 0), 0; });
}

// frame: roots, their gradients (0 for none), inputs
int32_t ap_backward(uint32_t ctx, uint32_t roots, uint32_t inputs, uint32_t flags) {
  return guarded(ctx, [&](Context& c) {
    size_t at = 0;
    const auto tensors = read_tensors(c, roots, at);
    const auto grads = read_tensors(c, roots, at);
    const auto leaves = read_tensors(c, inputs, at);
    torch::autograd::backward(tensors, grads, (flags & (kRetainGraph | kCreateGraph)) != 0, (flags & kCreateGraph) != 0,
                              leaves);
    return 0;
  });
}

// frame: outputs, their gradients (0 for none), inputs; back come the inputs' gradients (0 where unused)
int32_t ap_grad(uint32_t ctx, uint32_t outputs, uint32_t inputs, uint32_t flags) {
  return guarded(ctx, [&](Context& c) {
    size_t at = 0;
    const auto tensors = read_tensors(c, outputs, at);
    const auto grads = read_tensors(c, outputs, at);
    const auto leaves = read_tensors(c, inputs, at);
    auto results = torch::autograd::grad(tensors, leaves, grads, (flags & (kRetainGraph | kCreateGraph)) != 0,
                                         (flags & kCreateGraph) != 0, (flags & kAllowUnused) != 0);
    for (size_t i = 0; i < results.size(); i++) c.frame[i] = results[i].defined() ? c.add(std::move(results[i])) : 0;
    return static_cast<int32_t>(results.size());
  });
}

int32_t ap_get_grads(uint32_t ctx, uint32_t count) {
  return guarded(ctx, [&](Context& c) {
    c.check_count(count);
    // All first: one that is no tensor leaves nothing behind.
    for (uint32_t i = 0; i < count; i++) c.tensor(c.frame[i]);
    for (uint32_t i = 0; i < count; i++) {
      at::Tensor grad = c.tensor(c.frame[i]).grad();
      c.frame[i] = grad.defined() ? c.add(std::move(grad)) : 0;
    }
    return static_cast<int32_t>(count);
  });
}

// frame: parameters; back come their gradients (0 for none), each in memory that lies as its parameter's, and after
// them a number that stays the same while no parameter changes its sizes, strides, dtype or device
int32_t ap_step_grads(uint32_t ctx, uint32_t count, uint32_t fused) {
  return guarded(ctx, [&](Context& c) {
    if (count >= AP_FRAME_SLOTS) throw Failure(AP_ERROR_ARGUMENT, "the argument frame is full");
    const c10::AutoGradMode off(false);
    Layout layout;
    for (uint32_t i = 0; i < count; i++) {
      at::Tensor& parameter = c.tensor(c.frame[i]);
      at::Tensor grad = step_grad(parameter, i, fused != 0);
      layout.add(parameter);
      c.frame[i] = grad.defined() ? c.add(std::move(grad)) : 0;
    }
    c.frame[count] = layout.value();
    return static_cast<int32_t>(count);
  });
}

int32_t ap_set_grad(uint32_t ctx, double handle, double grad) {
  return guarded(ctx, [&](Context& c) {
    at::Tensor& tensor = c.tensor(handle);
    if (grad == 0) return tensor.mutable_grad().reset(), 0;
    const at::Tensor& value = c.tensor(grad);
    check_grad(tensor, value);
    // Autograd's own gradients lie in memory as their tensor does, and fused optimizer steps rely on it.
    const bool alike = value.layout() != at::kStrided || same_strides(value, tensor);
    tensor.mutable_grad() = alike ? value : at::empty_like(tensor).copy_(value.detach());
    return 0;
  });
}

int32_t ap_clear_grads(uint32_t ctx, uint32_t count) {
  return guarded(ctx, [&](Context& c) {
    c.check_count(count);
    for (uint32_t i = 0; i < count; i++) c.tensor(c.frame[i]).mutable_grad().reset();
    return 0;
  });
}

// mode: 0 off, 1 on, -1 only ask; returns what it was
int32_t ap_grad_mode(uint32_t ctx, int32_t mode) {
  return guarded(ctx, [&](Context&) {
    const bool before = c10::GradMode::is_enabled();
    if (mode >= 0) c10::GradMode::set_enabled(mode != 0);
    return before ? 1 : 0;
  });
}

// on: 1 enters one more level, 0 leaves one, 2 only asks
int32_t ap_inference_mode(uint32_t ctx, uint32_t on) {
  return guarded(ctx, [&](Context& c) {
    if (on == 1 || on == 2) {
      c.inference.push_back(std::make_unique<c10::InferenceMode>(on == 1));
    } else if (on == 0 && !c.inference.empty()) {
      c.inference.pop_back();
    }
    return c10::InferenceMode::is_enabled() ? 1 : 0;
  });
}

int32_t ap_autocast(uint32_t ctx, uint32_t device_type, uint32_t on, uint32_t dtype) {
  return guarded(ctx, [&](Context&) {
    const auto device = device_from(static_cast<int64_t>(device_type) << 8).type();
    const bool before = at::autocast::is_autocast_enabled(device);
    if (on != 0) at::autocast::set_autocast_dtype(device, scalar_type_from(dtype));
    at::autocast::set_autocast_enabled(device, on != 0);
    if (on == 0) at::autocast::clear_cache();
    return before ? 1 : 0;
  });
}
