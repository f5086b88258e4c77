// Two cards that are none, for machines without: libtorch's device "cuda" as far as streams, events and graphs go. They
// compute nothing, and write down what they are told. It is loaded before libtorch's users (LD_PRELOAD), by streams_test.ts.

#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>

#include <cstring>
#include <map>
#include <string>
#include <utility>

namespace {

std::string said;
bool fails = false;
thread_local c10::DeviceIndex device = 0;
thread_local std::map<c10::DeviceIndex, c10::StreamId> current;
c10::StreamId streams = 0;
intptr_t events = 0;

void say(const std::string& what) { said += what + "\n"; }
std::string of(const c10::Stream& stream) {
  return "stream " + std::to_string(stream.id()) + " of " + std::to_string(stream.device_index());
}
std::string number(void* event) { return "event " + std::to_string(reinterpret_cast<intptr_t>(event)); }

c10::Stream stream_at(c10::Device on, c10::StreamId id) {
  const c10::DeviceIndex index = on.has_index() ? on.index() : device;
  return c10::Stream(c10::Stream::UNSAFE, c10::Device(c10::DeviceType::CUDA, index), id);
}

struct Guard final : c10::impl::DeviceGuardImplInterface {
  static constexpr c10::DeviceType static_type = c10::DeviceType::CUDA;
  c10::DeviceType type() const override { return c10::DeviceType::CUDA; }
  c10::Device exchangeDevice(c10::Device next) const override {
    const c10::Device before = getDevice();
    device = next.index();
    return before;
  }
  c10::Device getDevice() const override { return {c10::DeviceType::CUDA, device}; }
  void setDevice(c10::Device next) const override { device = next.index(); }
  void uncheckedSetDevice(c10::Device next) const noexcept override { device = next.index(); }
  c10::Stream getStream(c10::Device on) const override { return stream_at(on, current[stream_at(on, 0).device_index()]); }
  c10::Stream getDefaultStream(c10::Device on) const override { return stream_at(on, 0); }
  c10::Stream getNewStream(c10::Device on, int) const override { return stream_at(on, ++streams); }
  c10::Stream getStreamFromGlobalPool(c10::Device on, bool high) const override {
    return stream_at(on, (high ? 1000 : 0) + ++streams);
  }
  c10::Stream exchangeStream(c10::Stream next) const override {
    const c10::Stream before = getStream(next.device());
    current[next.device_index()] = next.id();
    say("use " + of(next));
    return before;
  }
  c10::DeviceIndex deviceCount() const noexcept override { return 2; }
  bool queryStream(const c10::Stream& stream) const override { return stream.id() % 2 == 0; }
  void synchronizeStream(const c10::Stream& stream) const override { say("wait for " + of(stream)); }
  void synchronizeDevice(c10::DeviceIndex index) const override { say("wait for device " + std::to_string(index)); }
  void record(void** event, const c10::Stream& stream, c10::DeviceIndex, c10::EventFlag flag) const override {
    if (*event == nullptr) *event = reinterpret_cast<void*>(++events);
    say("record " + number(*event) + (flag == c10::EventFlag::BACKEND_DEFAULT ? ", timed, on " : " on ") + of(stream));
  }
  void block(void* event, const c10::Stream& stream) const override { say(of(stream) + " waits for " + number(event)); }
  bool queryEvent(void*) const override { return true; }
  void synchronizeEvent(void* event) const override { say("wait for " + number(event)); }
  void destroyEvent(void* event, c10::DeviceIndex) const noexcept override { if (event != nullptr) say("free " + number(event)); }
  double elapsedTime(void*, void*, c10::DeviceIndex) const override { return 1.5; }
};

const Guard guard{};

// Only asked to give back what it has not.
struct Allocator final : c10::DeviceAllocator {
  c10::DataPtr allocate(size_t) override { return {}; }
  c10::DeleterFnPtr raw_deleter() const override { return nullptr; }
  void copy_data(void*, const void*, size_t) const override {}
  bool initialized() override { return true; }
  void emptyCache(c10::MempoolId_t = {0, 0}) override { say("empty the cache"); }
  void recordStream(const c10::DataPtr&, c10::Stream) override {}
  c10::CachingDeviceAllocator::DeviceStats getDeviceStats(c10::DeviceIndex) override { return {}; }
  void resetAccumulatedStats(c10::DeviceIndex) override {}
  void resetPeakStats(c10::DeviceIndex) override {}
};

Allocator allocator;
[[maybe_unused]] const bool registered = (c10::SetAllocator(c10::DeviceType::CUDA, &allocator, 1), true);

// Known to libtorch by this name.
struct CUDAHooks final : at::CUDAHooksInterface {
  explicit CUDAHooks(at::CUDAHooksArgs) {}
  void init() const override {}
  bool isBuilt() const override { return true; }
  bool isAvailable() const override { return true; }
  bool hasCUDA() const override { return true; }
  bool hasPrimaryContext(c10::DeviceIndex) const override { return true; }
  int getNumGPUs() const override { return 2; }
  c10::DeviceIndex deviceCount() const override { return 2; }
  c10::DeviceIndex current_device() const override { return device; }
  c10::DeviceIndex getCurrentDevice() const override { return device; }
  void setCurrentDevice(c10::DeviceIndex index) const override { device = index; }
};

}  // namespace

namespace at {
REGISTER_CUDA_HOOKS(CUDAHooks)
}

C10_REGISTER_GUARD_IMPL(CUDA, Guard)

// As libtorch's CUDA library has it, by the names that the linker knows.
enum cudaStreamCaptureMode : unsigned {};

namespace at::cuda {

using Pool = std::pair<unsigned long long, unsigned long long>;
#define SHOWN __attribute__((visibility("default")))

SHOWN Pool graph_pool_handle() { return {0, 77}; }

struct SHOWN CUDAGraph {
  CUDAGraph(bool);
  ~CUDAGraph();
  void register_generator_state(const Generator&);
  void capture_begin(Pool, cudaStreamCaptureMode);
  void capture_end();
  void replay();
  void reset();
  Pool pool();
  Pool own;
};

std::string here() { return " on " + of(guard.getStream(guard.getDevice())); }

CUDAGraph::CUDAGraph(bool keep) : own(5, 0) { say(keep ? "keep a graph" : "make a graph"); }
CUDAGraph::~CUDAGraph() { say("free a graph"); }
void CUDAGraph::register_generator_state(const Generator&) { say("register a generator"); }
void CUDAGraph::capture_begin(Pool pool, cudaStreamCaptureMode mode) {
  TORCH_CHECK(guard.getStream(guard.getDevice()).id() != 0, "CUDA graphs must be captured on a non-default stream.");
  if (pool != Pool(0, 0)) own = pool;
  say("begin " + std::to_string(pool.first) + " " + std::to_string(pool.second) + " " + std::to_string(mode) + here());
}
void CUDAGraph::capture_end() {
  say("end" + here());
  TORCH_CHECK(!fails, "CUDA error: operation failed due to a previous error during capture");
}
void CUDAGraph::replay() { say("replay" + here()); }
void CUDAGraph::reset() { say("reset"); }
Pool CUDAGraph::pool() { return own; }

}  // namespace at::cuda

extern "C" {

SHOWN void pretend_failure(int32_t on) { fails = on != 0; }

// Writes what was said since this was asked last, as far as there is room, and returns its length.
SHOWN int32_t pretend_said(char* text, int32_t room) {
  const auto length = std::min<int32_t>(room, static_cast<int32_t>(said.size()));
  std::memcpy(text, said.data(), length);
  said.clear();
  return length;
}
}
