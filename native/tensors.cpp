// Data in and out, and what a tensor says of itself.

#include "devices.h"
#include "operators.h"
#include "values.h"

#include <ATen/EmptyTensor.h>
#include <ATen/ops/_local_scalar_dense.h>

#include <algorithm>
#include <cstring>

using namespace apprentice;

// frame: the sizes. In pinned memory, which a GPU reads by itself, where that is asked for.
int32_t ap_tensor_from_data(uint32_t ctx, const void* data, double bytes, uint32_t dtype, uint32_t dims, uint32_t pinned) {
  return guarded(ctx, [&](Context& c) {
    size_t at = 0;
    if (pinned != 0 && cuda_devices() == 0) {
      throw Failure(AP_ERROR_DEVICE, "pinned memory is what a GPU reads by itself, and there is none: CUDA devices found: 0. "
                                     "Leave pinMemory out, or see what `deno task doctor` says");
    }
    if (dims > AP_FRAME_SLOTS) throw Failure(AP_ERROR_ARGUMENT, c10::str(dims, " dimensions are too many"));
    std::vector<int64_t> sizes(dims);
    for (auto& size : sizes) size = c.integer(at);
    const auto type = scalar_type_from(dtype);
    at::Tensor tensor = at::detail::empty_cpu(sizes, type, pinned != 0);
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
    const at::Tensor values = values_of(c.tensor(handle));
    if (static_cast<double>(values.nbytes()) != bytes) {
      throw Failure(AP_ERROR_ARGUMENT, c10::str("the tensor holds ", values.nbytes(), " bytes, the buffer ", bytes));
    }
    if (values.nbytes() != 0) std::memcpy(data, values.const_data_ptr(), values.nbytes());
    return 0;
  });
}

// frame: seven numbers, then the sizes, then the strides. A tensor whose sizes and strides have no room has the seven
// alone, and so has a nested one. One that has no strides, such as a sparse one, has -1 for each.
int32_t ap_tensor_meta(uint32_t ctx, double handle) {
  return guarded(ctx, [&](Context& c) {
    const at::Tensor& tensor = c.tensor(handle);
    const bool strided = tensor.layout() == at::kStrided && !tensor.is_nested();
    double* out = c.frame;
    *out++ = static_cast<double>(tensor.scalar_type());
    *out++ = static_cast<double>(tensor.device().type());
    *out++ = static_cast<double>(tensor.device().index());
    *out++ = tensor.requires_grad() ? 1 : 0;
    *out++ = tensor.is_leaf() ? 1 : 0;
    *out++ = strided ? static_cast<double>(tensor.storage_offset()) : 0;
    const size_t dims = static_cast<size_t>(tensor.dim());
    *out++ = static_cast<double>(dims);
    const bool room = 2 * dims <= AP_FRAME_SLOTS - static_cast<size_t>(out - c.frame);
    if (!room || tensor.is_nested()) return static_cast<int32_t>(out - c.frame);
    for (const int64_t size : tensor.sizes()) *out++ = static_cast<double>(size);
    if (strided) {
      for (const int64_t stride : tensor.strides()) *out++ = static_cast<double>(stride);
    } else {
      out = std::fill_n(out, dims, -1.0);
    }
    return static_cast<int32_t>(out - c.frame);
  });
}

int32_t ap_tensor_item(uint32_t ctx, double handle) {
  return guarded(ctx, [&](Context& c) -> int32_t {
    const at::Tensor& tensor = c.tensor(handle);
    if (tensor.is_nested() || tensor.numel() != 1) {
      throw Failure(AP_ERROR_VALUE, tensor.is_nested()
                                        ? std::string("item() needs a tensor of one element, this one is nested")
                                        : c10::str("item() needs a tensor of one element, this one has shape ",
                                                   tensor.sizes()));
    }
    // A plain one, which most are, is read as it lies.
    const bool plain = tensor.layout() == at::kStrided && tensor.has_storage() && tensor.is_cpu() &&
                       !tensor.is_quantized() && !tensor._is_zerotensor() && within_memory(tensor);
    const at::Scalar value = at::_local_scalar_dense(plain ? tensor : values_of(tensor));
    if (value.isComplex()) {
      throw Failure(AP_ERROR_DTYPE, c10::str("the complex", 8 * tensor.element_size(), " number of this tensor does not fit a "
                                             "number; read it with data() or toArray()"));
    }
    if (value.isIntegral(true)) {
      // Two halves, exact whatever the size.
      if (value.type() == at::ScalarType::UInt64) {
        const uint64_t whole = value.toUInt64();
        c.frame[0] = static_cast<double>(whole >> 32);
        c.frame[1] = static_cast<double>(static_cast<uint32_t>(whole));
      } else {
        const int64_t whole = value.toLong();
        c.frame[0] = static_cast<double>(whole >> 32);
        c.frame[1] = static_cast<double>(static_cast<uint32_t>(whole));
      }
      return 2;
    }
    c.frame[0] = value.toDouble();
    return 1;
  });
}
