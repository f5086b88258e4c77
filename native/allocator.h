// A CPU allocator that keeps freed blocks for the next tensor of their size, and counts.
#pragma once

#include <cstdint>

namespace apprentice {

struct CpuMemory {
  int64_t live_bytes;
  int64_t peak_bytes;
  int64_t cached_bytes;
};

// Makes it libtorch's CPU allocator, once; later calls do nothing.
void install_cpu_allocator();
CpuMemory cpu_memory();
void reset_cpu_peak();
// Gives cached blocks back to the system.
void trim_cpu_memory();

}  // namespace apprentice
