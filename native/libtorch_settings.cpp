#include "libtorch_settings.h"

#include <ATen/ops/zeros.h>
#include <torch/library.h>

#include <mutex>

#if defined(__linux__)
// MKL's way to replace the function that it reports wrong arguments by. A libtorch without MKL has none, and those of
// other systems do not show it.
extern "C" __attribute__((weak)) void* mkl_serv_set_xerbla(void (*handler)(const char*, const int*, int));
#endif

namespace apprentice {

namespace {

at::Tensor zeros_with_memory(at::IntArrayRef size, std::optional<at::ScalarType> dtype, std::optional<at::Layout> layout,
                             std::optional<at::Device> device, std::optional<bool> pin_memory) {
  return at::zeros(size, dtype, layout, device, pin_memory);
}

#if defined(__linux__)
void ignore(const char*, const int*, int) {}
#endif

}  // namespace

// libtorch's own are tensors whose data pointer is null. Not every reader looks before it reads, nothing can be
// written to them in place, and a second backward pass that adds to one fails.
void install_plain_zeros() {
  static std::once_flag once;
  std::call_once(once, [] {
    for (const auto key : {c10::DispatchKey::CPU, c10::DispatchKey::CUDA}) {
      // Never destroyed: libtorch may be gone before this library's statics.
      auto* library = new torch::Library(torch::Library::IMPL, "aten", key, __FILE__, __LINE__);
      library->impl("_efficientzerotensor", zeros_with_memory);
    }
  });
}

void silence_mkl() {
#if defined(__linux__)
  static std::once_flag once;
  std::call_once(once, [] {
    // What MKL says so comes back in the routine's status, too, which libtorch turns into an error.
    if (mkl_serv_set_xerbla != nullptr) mkl_serv_set_xerbla(&ignore);
  });
#endif
}

}  // namespace apprentice
