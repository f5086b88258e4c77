#include "values.h"

#include "context.h"

#include <ATen/ops/dequantize.h>

namespace apprentice {

bool within_memory(const at::Tensor& tensor) {
  if (!tensor.has_storage() || tensor.layout() != at::kStrided || tensor.is_nested()) return true;
  __int128 last = tensor.storage_offset();
  if (last < 0) return false;
  for (int64_t i = 0; i < tensor.dim(); i++) {
    if (tensor.size(i) == 0) return true;
    if (tensor.size(i) < 0 || tensor.stride(i) < 0) return false;
    last += static_cast<__int128>(tensor.size(i) - 1) * tensor.stride(i);
  }
  return (last + 1) * static_cast<__int128>(tensor.itemsize()) <= static_cast<__int128>(tensor.storage().nbytes());
}

bool same_strides(const at::Tensor& a, const at::Tensor& b) {
  for (int64_t i = 0; i < a.dim(); i++) {
    if (a.size(i) > 1 && a.stride(i) != b.stride(i)) return false;
  }
  return true;
}

at::Tensor values_of(const at::Tensor& tensor) {
  if (!tensor.defined()) throw Failure(AP_ERROR_ARGUMENT, "this tensor is undefined: there are no values in it");
  if (tensor.is_meta()) throw Failure(AP_ERROR_VALUE, "a tensor on the device meta has no values");
  if (tensor.is_nested()) {
    throw Failure(AP_ERROR_TYPE, "a nested tensor has no values of one shape; aten::to_padded_tensor gives it one");
  }
  at::Tensor values = tensor.detach();
  if (values._is_zerotensor()) values = values.clone();
  if (values.layout() != at::kStrided) values = values.to_dense();
  if (values.is_quantized()) values = at::dequantize(values);
  if (!values.is_cpu()) values = values.cpu();
  values = values.resolve_conj().resolve_neg().contiguous();
  if (!within_memory(values)) throw Failure(AP_ERROR_VALUE, "this tensor reaches beyond its memory");
  return values;
}

}  // namespace apprentice
