#include "nccl_backend.h"

#include "devices.h"

#include <torch/version.h>

#include <cstddef>
#include <new>

#if defined(__linux__)

// libtorch's header of it needs NVIDIA's. Only its two constructors are called here; all else is the base's, by its virtual
// functions. The constructors are weak symbols: null where libtorch has no NCCL. tests/gpu/native/cuda_symbols.cpp compares
// them with the header.
namespace c10d {

class __attribute__((visibility("default"))) ProcessGroupNCCL : public Backend {
 public:
  struct __attribute__((visibility("default"))) Options : Backend::Options {
    __attribute__((weak)) explicit Options(bool is_high_priority_stream);
    ~Options() override;
  };
  __attribute__((weak)) ProcessGroupNCCL(c10::intrusive_ptr<Store> store, int rank, int size,
                                         c10::intrusive_ptr<Options> options);
  ~ProcessGroupNCCL() override;
};

}  // namespace c10d

extern "C" const char probe_nccl __asm__(
    "_ZN4c10d16ProcessGroupNCCLC1EN3c1013intrusive_ptrINS_5StoreENS1_6detail34intrusive_target_default_null_typeIS3_EEEEii"
    "NS2_INS0_7OptionsENS5_IS8_EEEE") __attribute__((weak, visibility("default")));
extern "C" const char probe_nccl_options __asm__("_ZN4c10d16ProcessGroupNCCL7OptionsC1Eb")
    __attribute__((weak, visibility("default")));

namespace apprentice {

namespace {

// libtorch's objects are 1,152 bytes and less in 2.13; what is more is never touched.
constexpr size_t kRoom = 65536;

// An object in a room of its own, larger than it needs. It is never freed: libtorch would give its own size back to the
// allocator, and not every allocator finds out that it was another.
template <class T, class... Arguments>
c10::intrusive_ptr<T> make_roomy(Arguments&&... arguments) {
  void* const room = ::operator new(kRoom);
  try {
    T* const made = new (room) T(std::forward<Arguments>(arguments)...);
    return c10::intrusive_ptr<T>::unsafe_adapt_non_heap_allocated(made, 0);
  } catch (...) {
    ::operator delete(room);
    throw;
  }
}

}  // namespace

c10::intrusive_ptr<c10d::Backend> make_nccl(const c10::intrusive_ptr<c10d::Store>& store, int rank, int size,
                                            std::chrono::milliseconds timeout) {
  if (&probe_nccl == nullptr || &probe_nccl_options == nullptr) {
    throw Failure(AP_ERROR_DISTRIBUTED, c10::str("libtorch ", TORCH_VERSION, " here has no NCCL: it takes a CUDA build. Use the "
                                            "backend \"gloo\", or see `deno task doctor`"));
  }
  if (cuda_devices() == 0) {
    throw Failure(AP_ERROR_DISTRIBUTED, "NCCL connects GPUs, and there is none: CUDA devices found: 0. Use the backend \"gloo\", or "
                                   "see `deno task doctor`");
  }
  auto options = make_roomy<c10d::ProcessGroupNCCL::Options>(false);
  options->timeout = timeout;
  return make_roomy<c10d::ProcessGroupNCCL>(store, rank, size, options);
}

}  // namespace apprentice

#else

namespace apprentice {

c10::intrusive_ptr<c10d::Backend> make_nccl(const c10::intrusive_ptr<c10d::Store>&, int, int, std::chrono::milliseconds) {
  throw Failure(AP_ERROR_DISTRIBUTED, "NCCL is for Linux only. Use the backend \"gloo\"");
}

}  // namespace apprentice

#endif
