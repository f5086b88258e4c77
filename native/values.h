// The values of a tensor, whatever it keeps them in.
#pragma once

#include <ATen/core/Tensor.h>

namespace apprentice {

// The same values as a contiguous tensor on the CPU whose memory is its own to read: not a view that negates or
// conjugates, not sparse, not without memory. An error where there are none.
at::Tensor values_of(const at::Tensor& tensor);

// Whether what a tensor's sizes and strides reach is all in its memory. A tensor on the device meta has none.
bool within_memory(const at::Tensor& tensor);

// Whether two tensors of the same sizes lie alike; the stride of a dimension of one element says nothing.
bool same_strides(const at::Tensor& a, const at::Tensor& b);

}  // namespace apprentice
