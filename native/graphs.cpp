// A GPU's work recorded once and begun again by one call: CUDA graphs.

#include "cuda_symbols.h"
#include "devices.h"

#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <torch/version.h>

#include <cstddef>
#include <new>
#include <optional>

using namespace apprentice;

#if defined(__linux__)

namespace {

// More than libtorch's object takes in any version (some 400 bytes).
constexpr size_t kRoom = 16384;

enum class State { empty, recording, recorded, broken };

struct HeldGraph : Held {
  explicit HeldGraph(c10::Device device) : device(device), graph(new (room) at::cuda::CUDAGraph(false)) {}
  ~HeldGraph() override {
    // Else the allocator would go on to give the graph's memory to the stream, which would go on to record.
    if (state == State::recording) {
      try {
        const c10::StreamGuard own(*stream);
        graph->capture_end();
      } catch (...) {
      }
    }
    graph->~CUDAGraph();
  }
  const c10::Device device;
  State state = State::empty;
  // What it records, or recorded last.
  std::optional<c10::Stream> stream;

  alignas(std::max_align_t) std::byte room[kRoom];
  at::cuda::CUDAGraph* const graph;
};

HeldGraph& graph_of(Context& context, double handle) {
  return static_cast<HeldGraph&>(context.held(handle, Kind::graph, "graph"));
}

void need(const HeldGraph& graph, State state, const char* what) {
  if (graph.state == state) return;
  const char* is = graph.state == State::empty       ? "nothing is recorded in it yet"
                   : graph.state == State::recording ? "it is recording"
                   : graph.state == State::recorded  ? "it is recorded: reset() it first, or take another"
                                                     : "its recording failed: reset() it first, or take another";
  throw Failure(AP_ERROR_ARGUMENT, c10::str(what, " this graph: ", is));
}

// Of the current device, which is the one that is recorded.
c10::Stream current_stream() {
  const c10::impl::VirtualGuardImpl guard(c10::kCUDA);
  return guard.getStream(guard.getDevice());
}

bool has_graphs() {
  for (const char* probe : {&probe_graph_construct, &probe_graph_destroy, &probe_graph_capture_begin, &probe_graph_capture_end,
                            &probe_graph_replay, &probe_graph_clear, &probe_graph_own_pool, &probe_graph_new_pool}) {
    if (probe == nullptr) return false;
  }
  return true;
}

uint64_t pool_number(double value) {
  if (!(value >= 0 && value <= 9007199254740991.0) || value != static_cast<double>(static_cast<uint64_t>(value))) {
    throw Failure(AP_ERROR_ARGUMENT, c10::str(value, " is no number of a memory pool"));
  }
  return static_cast<uint64_t>(value);
}

}  // namespace

int32_t ap_graph(uint32_t ctx, uint32_t device) {
  return guarded(ctx, [&](Context& c) {
    const c10::Device where = cuda_device(device, "a CUDA graph");
    if (!has_graphs()) {
      throw Failure(AP_ERROR_VERSION, c10::str("libtorch ", TORCH_VERSION, " has no CUDA graphs that this library knows; "
                                               "the CUDA builds of 2.9 to 2.14 have"));
    }
    c.frame[0] = c.add(std::make_unique<HeldGraph>(where), Kind::graph);
    return 1;
  });
}

int32_t ap_graph_generator(uint32_t ctx, double graph, double generator) {
  return guarded(ctx, [&](Context& c) {
    HeldGraph& held = graph_of(c, graph);
    const at::Generator& own = c.generator(generator);
    need(held, State::empty, "a generator is registered before the recording of");
    if (own.device().type() != c10::kCUDA) {
      throw Failure(AP_ERROR_DEVICE, "a graph takes generators of a CUDA device; this one is the CPU's");
    }
    if (&probe_graph_register != nullptr) held.graph->register_generator_state(own);
    return 0;
  });
}

int32_t ap_graph_begin(uint32_t ctx, double graph, double pool_first, double pool_second, uint32_t mode) {
  return guarded(ctx, [&](Context& c) {
    HeldGraph& held = graph_of(c, graph);
    const at::cuda::PoolId pool(pool_number(pool_first), pool_number(pool_second));
    if (pool.first != 0 && pool.second != 0) throw Failure(AP_ERROR_ARGUMENT, "this is no memory pool");
    if (mode > cudaStreamCaptureModeRelaxed) throw Failure(AP_ERROR_ARGUMENT, c10::str(mode, " is no mode of recording"));
    need(held, State::empty, "cannot record into");
    held.stream = current_stream();
    held.state = State::broken;
    held.graph->capture_begin(pool, static_cast<cudaStreamCaptureMode>(mode));
    held.state = State::recording;
    return 0;
  });
}

int32_t ap_graph_step(uint32_t ctx, double graph, uint32_t action) {
  return guarded(ctx, [&](Context& c) {
    HeldGraph& held = graph_of(c, graph);
    switch (action) {
      case AP_GRAPH_END:
        need(held, State::recording, "cannot end the recording of");
        if (current_stream() != *held.stream) {
          throw Failure(AP_ERROR_ARGUMENT, "a recording ends on the stream that it began on: make that the current one");
        }
        held.state = State::broken;
        held.graph->capture_end();
        held.state = State::recorded;
        break;
      case AP_GRAPH_REPLAY:
        need(held, State::recorded, "cannot replay");
        held.graph->replay();
        break;
      case AP_GRAPH_RESET:
        if (held.state == State::recording) need(held, State::recorded, "cannot reset");
        held.graph->reset();
        held.state = State::empty;
        break;
      default: throw Failure(AP_ERROR_ARGUMENT, c10::str(action, " is nothing that is done with a graph"));
    }
    return 0;
  });
}

// frame: the two numbers of a graph's pool, or of a new one that several graphs are to share.
int32_t ap_graph_pool(uint32_t ctx, double graph) {
  return guarded(ctx, [&](Context& c) {
    at::cuda::PoolId pool;
    if (graph == 0) {
      cuda_device(256, "a graph's memory pool");
      if (&probe_graph_new_pool == nullptr) throw Failure(AP_ERROR_VERSION, "this libtorch has no CUDA graphs");
      pool = at::cuda::graph_pool_handle();
    } else {
      HeldGraph& held = graph_of(c, graph);
      need(held, State::recorded, "there is no memory pool yet of");
      pool = held.graph->pool();
    }
    c.frame[0] = static_cast<double>(pool.first);
    c.frame[1] = static_cast<double>(pool.second);
    return 2;
  });
}

#else

namespace {

int32_t refuse(uint32_t ctx) {
  return guarded(ctx, [](Context&) -> int32_t { throw Failure(AP_ERROR_DEVICE, "CUDA graphs are for Linux only so far"); });
}

}  // namespace

int32_t ap_graph(uint32_t ctx, uint32_t) { return refuse(ctx); }
int32_t ap_graph_generator(uint32_t ctx, double, double) { return refuse(ctx); }
int32_t ap_graph_begin(uint32_t ctx, double, double, double, uint32_t) { return refuse(ctx); }
int32_t ap_graph_step(uint32_t ctx, double, uint32_t) { return refuse(ctx); }
int32_t ap_graph_pool(uint32_t ctx, double) { return refuse(ctx); }

#endif
