#include "allocator.h"

#include "portable.h"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <c10/util/Exception.h>

#include <atomic>
#include <bit>
#include <cstring>
#include <mutex>
#include <vector>

namespace apprentice {

namespace {

// Training asks for the same sizes step after step. malloc gives large blocks back to the system at once and
// has every page faulted in again at the next step; a block kept for the next request of its size costs nothing.
constexpr size_t kAlignment = 64;
constexpr size_t kSmallest = 64;
constexpr uint32_t kClasses = 4 * 40;
constexpr int64_t kMostCached = int64_t{1} << 30;

// Lies in front of every block. Its size keeps the data aligned.
struct alignas(kAlignment) Header {
  uint64_t requested;
  uint32_t size_class;
  Header* next;
};
static_assert(sizeof(Header) == kAlignment);

class SpinLock {
 public:
  void lock() {
    while (flag_.test_and_set(std::memory_order_acquire)) {
    }
  }
  void unlock() { flag_.clear(std::memory_order_release); }

 private:
  std::atomic_flag flag_ = ATOMIC_FLAG_INIT;
};

struct FreeList {
  SpinLock lock;
  Header* head = nullptr;
};

FreeList free_lists[kClasses];
std::atomic<int64_t> live_bytes{0};
std::atomic<int64_t> peak_bytes{0};
std::atomic<int64_t> cached_bytes{0};

// Four classes per doubling: at most a quarter of a block is slack.
uint32_t class_of(size_t bytes) {
  if (bytes <= kSmallest) return 0;
  const size_t n = bytes - 1;
  const int top = static_cast<int>(std::bit_width(n)) - 1;
  const uint32_t quarter = static_cast<uint32_t>((n >> (top - 2)) & 3);
  return static_cast<uint32_t>((top - 6) * 4) + quarter + 1;
}

size_t class_bytes(uint32_t size_class) {
  if (size_class == 0) return kSmallest;
  const uint32_t k = size_class - 1;
  const size_t base = kSmallest << (k / 4);
  return base + (base >> 2) * (k % 4 + 1);
}

void raise_peak(int64_t live) {
  int64_t peak = peak_bytes.load(std::memory_order_relaxed);
  while (live > peak && !peak_bytes.compare_exchange_weak(peak, live, std::memory_order_relaxed)) {
  }
}

// A thread's own free blocks of the small classes, and what it has allocated since it last told the others:
// small tensors come and go too often for shared counters and locks.
struct ThreadCache {
  static constexpr uint32_t kSmallClasses = 25;  // up to 4 KiB
  static constexpr int64_t kTellAt = 1 << 18;
  static constexpr uint32_t kMostBlocks = 512;

  Header* heads[kSmallClasses] = {};
  uint32_t counts[kSmallClasses] = {};
  int64_t delta = 0;
  int64_t highest = 0;

  void grow(size_t bytes) {
    delta += static_cast<int64_t>(bytes);
    if (delta > highest) highest = delta;
    if (delta > kTellAt) tell();
  }
  void shrink(size_t bytes) {
    delta -= static_cast<int64_t>(bytes);
    if (delta < -kTellAt) tell();
  }
  void tell() {
    raise_peak(live_bytes.load(std::memory_order_relaxed) + highest);
    live_bytes.fetch_add(delta, std::memory_order_relaxed);
    delta = 0;
    highest = 0;
  }
  ~ThreadCache();
};

// A pointer of its own: reaching it is one instruction, where the object with its destructor is a call.
AP_THREAD_OWN ThreadCache* thread_cache = nullptr;
AP_THREAD_OWN bool thread_ended = false;

ThreadCache* own_cache() {
  if (thread_cache == nullptr && !thread_ended) {
    thread_local ThreadCache cache;
    thread_cache = &cache;
  }
  return thread_cache;
}

ThreadCache::~ThreadCache() {
  tell();
  thread_cache = nullptr;
  thread_ended = true;
  for (Header*& head : heads) {
    while (head != nullptr) {
      Header* next = head->next;
      free_aligned(head);
      head = next;
    }
  }
}

// Memory for a block and its header, or null.
void* system_memory(size_t size) {
  return size > PTRDIFF_MAX - 4096 ? nullptr : allocate_aligned(kAlignment, size + sizeof(Header));
}

void* allocate_block(size_t bytes) {
  const uint32_t size_class = bytes < (size_t{1} << 44) ? class_of(bytes) : kClasses;
  ThreadCache* own = own_cache();
  if (size_class < ThreadCache::kSmallClasses && own != nullptr) {
    Header* kept = own->heads[size_class];
    if (kept != nullptr) {
      own->grow(bytes);
      own->heads[size_class] = kept->next;
      own->counts[size_class]--;
      kept->requested = bytes;
      return kept + 1;
    }
  }
  Header* header = nullptr;
  if (size_class < kClasses) {
    FreeList& list = free_lists[size_class];
    std::lock_guard<SpinLock> guard(list.lock);
    header = list.head;
    if (header != nullptr) list.head = header->next;
  }
  if (header != nullptr) {
    cached_bytes.fetch_sub(static_cast<int64_t>(class_bytes(size_class)), std::memory_order_relaxed);
  } else {
    const size_t size = size_class < kClasses ? class_bytes(size_class) : bytes;
    void* memory = system_memory(size);
    if (memory == nullptr) {
      trim_cpu_memory();
      memory = system_memory(size);
      if (memory == nullptr) {
        C10_THROW_ERROR(OutOfMemoryError, c10::str("the CPU has no memory left for ", bytes, " bytes"));
      }
    }
    header = static_cast<Header*>(memory);
    header->size_class = size_class;
  }
  header->requested = bytes;
  if (size_class < ThreadCache::kSmallClasses && own != nullptr) {
    own->grow(bytes);
  } else {
    const int64_t before = own == nullptr ? 0 : own->delta;
    raise_peak(live_bytes.fetch_add(static_cast<int64_t>(bytes), std::memory_order_relaxed) +
               static_cast<int64_t>(bytes) + before);
  }
  return header + 1;
}

void free_block(void* data) {
  if (data == nullptr) return;
  Header* header = static_cast<Header*>(data) - 1;
  const uint32_t size_class = header->size_class;
  if (size_class < ThreadCache::kSmallClasses) {
    ThreadCache* own = own_cache();
    if (own != nullptr) {
      own->shrink(header->requested);
      if (own->counts[size_class] < ThreadCache::kMostBlocks) {
        header->next = own->heads[size_class];
        own->heads[size_class] = header;
        own->counts[size_class]++;
        return;
      }
    } else {
      live_bytes.fetch_sub(static_cast<int64_t>(header->requested), std::memory_order_relaxed);
    }
  } else {
    live_bytes.fetch_sub(static_cast<int64_t>(header->requested), std::memory_order_relaxed);
  }
  const int64_t size = size_class < kClasses ? static_cast<int64_t>(class_bytes(size_class)) : 0;
  if (size_class == kClasses || cached_bytes.fetch_add(size, std::memory_order_relaxed) + size > kMostCached) {
    cached_bytes.fetch_sub(size, std::memory_order_relaxed);
    free_aligned(header);
    return;
  }
  FreeList& list = free_lists[size_class];
  std::lock_guard<SpinLock> guard(list.lock);
  header->next = list.head;
  list.head = header;
}

class CachingAllocator final : public c10::Allocator {
 public:
  c10::DataPtr allocate(size_t bytes) override {
    if (bytes == 0) return {nullptr, nullptr, &free_block, c10::Device(c10::DeviceType::CPU)};
    void* data = allocate_block(bytes);
    return {data, data, &free_block, c10::Device(c10::DeviceType::CPU)};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &free_block; }
  void copy_data(void* to, const void* from, std::size_t bytes) const override { std::memcpy(to, from, bytes); }
};

}  // namespace

void install_cpu_allocator() {
  static std::once_flag once;
  std::call_once(once, [] {
    // Never destroyed: blocks outlive every static.
    c10::SetCPUAllocator(new CachingAllocator(), 1);
  });
}

CpuMemory cpu_memory() {
  // Other threads may hold back up to a quarter of a MiB each.
  if (thread_cache != nullptr) thread_cache->tell();
  int64_t cached = cached_bytes.load();
  if (thread_cache != nullptr) {
    for (uint32_t i = 0; i < ThreadCache::kSmallClasses; i++) {
      cached += static_cast<int64_t>(thread_cache->counts[i]) * static_cast<int64_t>(class_bytes(i));
    }
  }
  return {live_bytes.load(), peak_bytes.load(), cached};
}

void reset_cpu_peak() {
  if (thread_cache != nullptr) thread_cache->tell();
  peak_bytes.store(live_bytes.load());
}

void trim_cpu_memory() {
  if (thread_cache != nullptr) {
    for (uint32_t i = 0; i < ThreadCache::kSmallClasses; i++) {
      while (Header* head = thread_cache->heads[i]) {
        thread_cache->heads[i] = head->next;
        free_aligned(head);
      }
      thread_cache->counts[i] = 0;
    }
  }
  for (uint32_t i = 0; i < kClasses; i++) {
    Header* head = nullptr;
    {
      std::lock_guard<SpinLock> guard(free_lists[i].lock);
      head = free_lists[i].head;
      free_lists[i].head = nullptr;
    }
    while (head != nullptr) {
      Header* next = head->next;
      cached_bytes.fetch_sub(static_cast<int64_t>(class_bytes(i)), std::memory_order_relaxed);
      free_aligned(head);
      head = next;
    }
  }
}

}  // namespace apprentice
