// What systems and their compilers spell differently. macOS and Windows are by their documentation, untried.
#pragma once

#include <cstddef>
#include <cstdlib>

#if defined(_WIN32)
#include <malloc.h>
#endif

// A thread's own variable of a plain type. Reaching it is one instruction where the linker knows its place.
#if defined(_MSC_VER)
#define AP_THREAD_OWN __declspec(thread)
#elif defined(__linux__)
#define AP_THREAD_OWN __attribute__((tls_model("initial-exec"))) __thread
#else
#define AP_THREAD_OWN __thread
#endif

namespace apprentice {

// Memory at a multiple of `alignment`, or null. It goes back by `free_aligned`.
inline void* allocate_aligned(size_t alignment, size_t bytes) {
#if defined(_WIN32)
  return _aligned_malloc(bytes, alignment);
#else
  void* memory = nullptr;
  return posix_memalign(&memory, alignment, bytes) == 0 ? memory : nullptr;
#endif
}

inline void free_aligned(void* memory) {
#if defined(_WIN32)
  _aligned_free(memory);
#else
  std::free(memory);
#endif
}

}  // namespace apprentice
