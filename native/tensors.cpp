// Data in and out, and what a tensor says of itself.

#include "operators.h"

#include <ATen/EmptyTensor.h>
#include <ATen/ops/_local_scalar_dense.h>

#include <cstring>

using namespace apprentice;

int32_t ap_tensor_from_data(uint32_t ctx, const void* data, double bytes, uint32_t dtype, uint32_t dims) {
  return guarded(ctx, [&](Context& c) {
    size_t at = 0;
    if (dims > AP_FRAME_SLOTS) throw Failure(AP_ERROR_ARGUMENT, c10::str(dims, " dimensions are too many"));
    std::vector<int64_t> sizes(dims);
    for (auto& size : sizes) size = c.integer(at);
    const auto type = scalar_type_from(dtype);
    at::Tensor tensor = at::detail::empty_cpu(sizes, type);
    if (static_cast<double>(tensor.nbytes()) != bytes) {
      throw Failure(AP_ERROR_ARGUMENT, c10::str("a tensor of shape ", at::IntArrayRef(sizes), " and dtype ", type, " needs ",
                                                tensor.nbytes(), " bytes, got ", bytes));
    }
    if (tensor.nbytes() != 0) std::memcpy(tensor.mutable_data_ptr(), data, tensor.nbytes());
    c.frame[0] = c.add(std::move(tensor));
    return 1;
  });
}

int32_t ap_tensor_to_data(uint32_t ctx, double handle, void* data, double bytes) {
  return guarded(ctx, [&](Context& c) {
    at::Tensor tensor = c.tensor(handle).detach();
    if (static_cast<double>(tensor.nbytes()) != bytes) {
      throw Failure(AP_ERROR_ARGUMENT, c10::str("the tensor holds ", tensor.nbytes(), " bytes, the buffer ", bytes));
    }
    if (!tensor.is_cpu()) tensor = tensor.cpu();
    tensor = tensor.resolve_conj().resolve_neg().contiguous();
    if (tensor.nbytes() != 0) std::memcpy(data, tensor.const_data_ptr(), tensor.nbytes());
    return 0;
  });
}

int32_t ap_tensor_meta(uint32_t ctx, double handle) {
  return guarded(ctx, [&](Context& c) {
    const at::Tensor& tensor = c.tensor(handle);
    const auto sizes = tensor.sizes();
    const auto strides = tensor.strides();
    double* out = c.frame;
    *out++ = static_cast<double>(tensor.scalar_type());
    *out++ = static_cast<double>(tensor.device().type());
    *out++ = static_cast<double>(tensor.device().index());
    *out++ = tensor.requires_grad() ? 1 : 0;
    *out++ = tensor.is_leaf() ? 1 : 0;
    *out++ = static_cast<double>(tensor.storage_offset());
    *out++ = static_cast<double>(sizes.size());
    for (const int64_t size : sizes) *out++ = static_cast<double>(size);
    for (const int64_t stride : strides) *out++ = static_cast<double>(stride);
    return static_cast<int32_t>(out - c.frame);
  });
}

int32_t ap_tensor_item(uint32_t ctx, double handle) {
  return guarded(ctx, [&](Context& c) -> int32_t {
    const at::Tensor& tensor = c.tensor(handle);
    if (tensor.numel() != 1) {
      throw Failure(AP_ERROR_VALUE, c10::str("item() needs a tensor of one element, this one has shape ", tensor.sizes()));
    }
    const at::Scalar value = at::_local_scalar_dense(tensor);
    if (value.isIntegral(true)) {
      const int64_t whole = value.toLong();
      // Two halves, exact whatever the size.
      c.frame[0] = static_cast<double>(whole >> 32);
      c.frame[1] = static_cast<double>(static_cast<uint32_t>(whole));
      return 2;
    }
    c.frame[0] = value.toDouble();
    return 1;
  });
}
