// What belongs to the process or to a device: threads, devices, memory, versions.

#include "allocator.h"
#include "context.h"
#include "devices.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/DeviceAccelerator.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <torch/version.h>

namespace apprentice {

bool has_cuda() { return at::globalContext().hasCUDA(); }

int cuda_devices() { return has_cuda() ? at::detail::getCUDAHooks().getNumGPUs() : 0; }

c10::Device concrete_device(uint32_t code) {
  const c10::Device device = device_from(code);
  if (device.is_cpu()) return device;
  const int count = cuda_devices();
  if (!device.is_cuda() || count == 0 || device.index() >= count) {
    throw Failure(AP_ERROR_DEVICE, c10::str("there is no device ", device.str(), "; CUDA devices found: ", count,
                                            ". `deno task doctor` tells why"));
  }
  return device.has_index() ? device : c10::Device(device.type(), at::accelerator::getDeviceIndex());
}

c10::Device cuda_device(uint32_t code, const char* what) {
  const c10::Device device = concrete_device(code);
  if (device.is_cpu()) throw Failure(AP_ERROR_DEVICE, c10::str(what, " belongs to a CUDA device; the CPU has none"));
  at::globalContext().lazyInitDevice(device.type());
  return device;
}

}  // namespace apprentice

using namespace apprentice;

namespace {

c10::DeviceAllocator& device_allocator(c10::Device device) {
  auto* allocator = dynamic_cast<c10::DeviceAllocator*>(c10::GetAllocator(device.type()));
  if (allocator == nullptr) throw Failure(AP_ERROR_DEVICE, c10::str("there is no device ", device.str()));
  // Until then it knows of no device.
  at::globalContext().lazyInitDevice(device.type());
  return *allocator;
}

}  // namespace

int32_t ap_build_info(uint32_t ctx) {
  return guarded(ctx, [&](Context& c) {
    return put_text(c, c10::str("{\"libtorch\":\"", TORCH_VERSION, "\",\"abi\":", AP_ABI_VERSION, ",\"cudaBuilt\":",
                                at::detail::getCUDAHooks().hasCUDART() ? "true" : "false",
                                ",\"mkldnn\":", at::hasMKLDNN() ? "true" : "false", ",\"cpu\":\"",
                                at::get_cpu_capability(), "\"}"));
  });
}

int32_t ap_threads(uint32_t ctx, uint32_t count) {
  return guarded(ctx, [&](Context&) {
    if (count > 65536) throw Failure(AP_ERROR_ARGUMENT, c10::str(count, " threads are too many"));
    if (count > 0) at::set_num_threads(static_cast<int>(count));
    return at::get_num_threads();
  });
}

int32_t ap_device_count(uint32_t ctx, uint32_t device_type) {
  return guarded(ctx, [&](Context&) -> int32_t {
    if (device_type == static_cast<uint32_t>(c10::DeviceType::CPU)) return 1;
    if (device_type == static_cast<uint32_t>(c10::DeviceType::CUDA)) return cuda_devices();
    return 0;
  });
}

int32_t ap_current_device(uint32_t ctx, int32_t index) {
  return guarded(ctx, [&](Context&) -> int32_t {
    if (index >= 0) {
      const c10::Device device = cuda_device(256 + std::min<uint32_t>(index, 254) + 1, "the current device");
      at::accelerator::setDeviceIndex(device.index());
    }
    return cuda_devices() == 0 ? 0 : at::accelerator::getDeviceIndex();
  });
}

int32_t ap_synchronize(uint32_t ctx, uint32_t device) {
  return guarded(ctx, [&](Context&) {
    const c10::Device where = concrete_device(device);
    if (!where.is_cpu()) at::accelerator::synchronizeDevice(where.index());
    return 0;
  });
}

int32_t ap_memory(uint32_t ctx, uint32_t device) {
  return guarded(ctx, [&](Context& c) {
    const c10::Device where = concrete_device(device);
    c.frame[0] = c.live();
    if (where.is_cpu()) {
      const CpuMemory memory = cpu_memory();
      c.frame[1] = static_cast<double>(memory.live_bytes);
      c.frame[2] = static_cast<double>(memory.peak_bytes);
      c.frame[3] = static_cast<double>(memory.cached_bytes);
    } else {
      const auto stats = device_allocator(where).getDeviceStats(where.index());
      const auto& allocated = stats.allocated_bytes[0];
      c.frame[1] = static_cast<double>(allocated.current);
      c.frame[2] = static_cast<double>(allocated.peak);
      c.frame[3] = static_cast<double>(stats.reserved_bytes[0].current - allocated.current);
    }
    return 4;
  });
}

int32_t ap_memory_reset_peak(uint32_t ctx, uint32_t device) {
  return guarded(ctx, [&](Context&) {
    const c10::Device where = concrete_device(device);
    if (where.is_cpu()) {
      reset_cpu_peak();
    } else {
      device_allocator(where).resetPeakStats(where.index());
    }
    return 0;
  });
}

int32_t ap_memory_trim(uint32_t ctx, uint32_t device) {
  return guarded(ctx, [&](Context&) {
    const c10::Device where = concrete_device(device);
    if (where.is_cpu()) {
      trim_cpu_memory();
    } else {
      device_allocator(where).emptyCache();
    }
    return 0;
  });
}
