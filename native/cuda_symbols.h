// What libtorch's CUDA libraries have and this one uses: declared here, as libtorch's own headers of it need NVIDIA's.
//
// Each is a weak symbol: where libtorch has no CUDA, or another version has something else by that name, it is null,
// and its probe says so. The names say the types of all arguments, so that a function that has changed them is another
// one. Nothing here relies on how large a class is: its objects get more room than they need (kRoom).
// tests/gpu/native/cuda_symbols.cpp compares all of it with libtorch's headers.
#pragma once

#include <ATen/core/Generator.h>
#include <c10/core/CachingDeviceAllocator.h>

#include <utility>

#if defined(__linux__)
#define AP_WEAK __attribute__((weak))
#define AP_WEAK_CLASS __attribute__((visibility("default")))
// The address of a symbol by its linker's name; null if libtorch has none of it.
#define AP_PROBE(name, symbol) extern "C" const char name __asm__(symbol) __attribute__((weak, visibility("default")))

// As NVIDIA's headers have it.
enum cudaStreamCaptureMode : unsigned {
  cudaStreamCaptureModeGlobal = 0,
  cudaStreamCaptureModeThreadLocal = 1,
  cudaStreamCaptureModeRelaxed = 2
};

namespace at::cuda {

using PoolId = std::pair<unsigned long long, unsigned long long>;

AP_WEAK AP_WEAK_CLASS PoolId graph_pool_handle();

struct AP_WEAK_CLASS CUDAGraph {
  AP_WEAK CUDAGraph(bool keep_graph);
  AP_WEAK ~CUDAGraph();
  CUDAGraph(const CUDAGraph&) = delete;
  CUDAGraph& operator=(const CUDAGraph&) = delete;
  AP_WEAK void register_generator_state(const at::Generator& generator);
  AP_WEAK void capture_begin(PoolId pool, cudaStreamCaptureMode mode);
  AP_WEAK void capture_end();
  AP_WEAK void replay();
  AP_WEAK void reset();
  AP_WEAK PoolId pool();
};

}  // namespace at::cuda

namespace apprentice {
AP_PROBE(probe_graph_construct, "_ZN2at4cuda9CUDAGraphC1Eb");
AP_PROBE(probe_graph_destroy, "_ZN2at4cuda9CUDAGraphD1Ev");
AP_PROBE(probe_graph_capture_begin, "_ZN2at4cuda9CUDAGraph13capture_beginESt4pairIyyE21cudaStreamCaptureMode");
AP_PROBE(probe_graph_capture_end, "_ZN2at4cuda9CUDAGraph11capture_endEv");
AP_PROBE(probe_graph_replay, "_ZN2at4cuda9CUDAGraph6replayEv");
AP_PROBE(probe_graph_clear, "_ZN2at4cuda9CUDAGraph5resetEv");
AP_PROBE(probe_graph_own_pool, "_ZN2at4cuda9CUDAGraph4poolEv");
AP_PROBE(probe_graph_new_pool, "_ZN2at4cuda17graph_pool_handleEv");
// Null from 2.14 on, where a graph finds by itself which generators were drawn from.
AP_PROBE(probe_graph_register, "_ZN2at4cuda9CUDAGraph24register_generator_stateERKNS_9GeneratorE");

// c10::cuda::warning_state()'s only member: what is done about a call that waits for the GPU (0 nothing, 1 warn, 2 throw).
extern "C" int sync_debug_mode __asm__("_ZZN3c104cuda13warning_stateEvE14warning_state_")
    __attribute__((weak, visibility("default")));
}  // namespace apprentice
#endif
