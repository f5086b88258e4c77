// Compares what native/cuda_symbols.h and native/nccl_backend.cpp declare of libtorch's CUDA libraries with libtorch's own
// headers. It is compiled only, by symbols.ts, where NVIDIA's headers are.

#define USE_C10D_NCCL

#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAFunctions.h>
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>

using at::cuda::CUDAGraph;
using Pool = std::pair<unsigned long long, unsigned long long>;

// A cast compiles only if there is a function of exactly this type.
[[maybe_unused]] void (CUDAGraph::*const begin)(Pool, cudaStreamCaptureMode) = &CUDAGraph::capture_begin;
[[maybe_unused]] void (CUDAGraph::*const end)() = &CUDAGraph::capture_end;
[[maybe_unused]] void (CUDAGraph::*const replay)() = &CUDAGraph::replay;
[[maybe_unused]] void (CUDAGraph::*const reset)() = &CUDAGraph::reset;
[[maybe_unused]] Pool (CUDAGraph::*const pool)() = &CUDAGraph::pool;
[[maybe_unused]] Pool (*const new_pool)() = &at::cuda::graph_pool_handle;

static_assert(std::is_constructible_v<CUDAGraph, bool>);
static_assert(!std::is_polymorphic_v<CUDAGraph>);
static_assert(alignof(CUDAGraph) <= alignof(std::max_align_t));
static_assert(sizeof(CUDAGraph) <= 16384 / 4, "graphs.cpp gives it 16384 bytes");
static_assert(sizeof(cudaStreamCaptureMode) == sizeof(unsigned));
static_assert(cudaStreamCaptureModeGlobal == 0 && cudaStreamCaptureModeThreadLocal == 1 && cudaStreamCaptureModeRelaxed == 2);

static_assert(sizeof(c10::cuda::WarningState) == sizeof(int) && sizeof(c10::cuda::SyncDebugMode) == sizeof(int));
static_assert(static_cast<int>(c10::cuda::SyncDebugMode::L_WARN) == 1);
static_assert(static_cast<int>(c10::cuda::SyncDebugMode::L_ERROR) == 2);

using Nccl = c10d::ProcessGroupNCCL;
static_assert(std::is_constructible_v<Nccl, c10::intrusive_ptr<c10d::Store>, int, int, c10::intrusive_ptr<Nccl::Options>>);
static_assert(std::is_constructible_v<Nccl::Options, bool>);
static_assert(sizeof(Nccl) <= 65536 / 4 && sizeof(Nccl::Options) <= 65536 / 4, "nccl_backend.cpp gives each 65536 bytes");
static_assert(alignof(Nccl) <= alignof(std::max_align_t) && alignof(Nccl::Options) <= alignof(std::max_align_t));

// The base is what both begin with: a pointer to one is a pointer to the other. The compiler says so where it converts
// without adding anything.
static Nccl* const nobody = nullptr;
static_assert(std::is_base_of_v<c10d::Backend, Nccl> && std::is_base_of_v<c10d::Backend::Options, Nccl::Options>);
[[maybe_unused]] static c10d::Backend* const base = nobody;

template <size_t Bytes>
struct Size;
#ifdef AP_SHOW_SIZES
Size<sizeof(Nccl)> group;
Size<sizeof(Nccl::Options)> options;
Size<sizeof(CUDAGraph)> graph;
#endif
