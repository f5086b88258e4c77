// Stores by which processes find each other, and the groups in which they work together.

#include "process_groups.h"

#include "nccl_backend.h"

// c10d's headers ask for it by this name, which only libtorch's own build sets.
#define USE_C10D_GLOO

#include <torch/csrc/distributed/c10d/FileStore.hpp>
#include <torch/csrc/distributed/c10d/GroupRegistry.hpp>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include <c10/util/Flags.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <future>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

C10_DECLARE_int(caffe2_log_level);

namespace apprentice {

HeldGroup::~HeldGroup() {
  try {
    c10d::unregister_process_group(name);
  } catch (...) {
    // It was not registered.
  }
  try {
    // Waits for what was asked of the card.
    if (nccl) nccl->shutdown();
  } catch (...) {
    // The others have failed, or are gone.
  }
}

std::chrono::milliseconds time_from(double seconds) {
  if (!(seconds >= 0) || seconds > 1e9) {
    throw Failure(AP_ERROR_ARGUMENT, c10::str("a time is a number of seconds from 0 to 1e9, got ", seconds));
  }
  return std::chrono::milliseconds(static_cast<int64_t>(std::ceil(seconds * 1000)));
}

HeldGroup& group_at(Context& c, double handle) {
  return static_cast<HeldGroup&>(c.held(handle, Kind::group, "process group"));
}

namespace {

HeldStore& store_at(Context& c, double handle) {
  return static_cast<HeldStore&>(c.held(handle, Kind::store, "store"));
}

// Asks a store that may lie in a process that hangs, or beyond a network that is cut: c10d itself would wait for an
// answer for good. A question without an answer stays behind in a thread of its own, and no other is asked.
template <class Question>
auto ask(HeldStore& held, Question&& question) -> decltype(question(*held.store)) {
  if (held.silent) throw Failure(AP_ERROR_DISTRIBUTED, "the store did not answer before");
  using Answer = decltype(question(*held.store));
  auto task = std::make_shared<std::packaged_task<Answer()>>(
      [store = held.store, question = std::forward<Question>(question)] { return question(*store); });
  auto answer = task->get_future();
  std::thread([task] { (*task)(); }).detach();
  if (answer.wait_for(held.patience) != std::future_status::ready) {
    held.silent = true;
    throw Failure(AP_ERROR_DISTRIBUTED, c10::str("the store did not answer within ", held.patience.count() / 1000, " s"));
  }
  return answer.get();
}

bool answers(HeldStore& held) {
  if (!held.store) return false;
  try {
    ask(held, [](c10d::Store& asked) { return asked.check({"anything"}); });
    return true;
  } catch (...) {
    return false;
  }
}

// c10d tells on the error stream what it throws, too.
void silence_c10d() {
  if (std::getenv("TORCH_CPP_LOG_LEVEL") == nullptr) FLAGS_caffe2_log_level = std::max(FLAGS_caffe2_log_level, 3);
}

// Two texts that follow each other.
std::pair<std::string, std::string> texts_of(const Context& c, uint32_t first, uint32_t second) {
  const std::string both = text_of(c, first + second);
  return {both.substr(0, first), both.substr(std::min<size_t>(first, both.size()))};
}

int whole(double value, double least, double most, const char* what) {
  if (!(value >= least && value <= most) || value != std::floor(value)) {
    throw Failure(AP_ERROR_ARGUMENT,
                  c10::str(what, " is a whole number from ", least, " to ", most, ", got ", value));
  }
  return static_cast<int>(value);
}

// Where other processes find this one. Without a name of its own in the network, a machine finds itself by its
// address only.
std::shared_ptr<::gloo::transport::Device> device_at(const std::string& interface, const std::string& host) {
  if (!interface.empty()) return c10d::ProcessGroupGloo::createDeviceForInterface(interface);
  if (!host.empty()) return c10d::ProcessGroupGloo::createDeviceForHostname(host);
  return c10d::ProcessGroupGloo::createDefaultDevice();
}

std::atomic<uint64_t> groups_opened{0};

// Stores stay open until the process ends: the next group of the same processes meets in the same one, and whoever
// serves it must not close it while others already come back. Only one that does not answer is opened anew.
std::mutex stores_mutex;
std::map<std::string, c10::intrusive_ptr<c10d::Store>>& open_stores() {
  static auto* stores = new std::map<std::string, c10::intrusive_ptr<c10d::Store>>();
  return *stores;
}

// Between two looks at a store for what is not there yet.
constexpr std::chrono::milliseconds kLongestPause{50};

}  // namespace

}  // namespace apprentice

using namespace apprentice;

// frame: port, whether to serve (1) or find (0), number of processes, seconds to wait; a port of -1 means that the
// text is the path of a file, else it is a host.
int32_t ap_store_open(uint32_t ctx, uint32_t place_bytes) {
  return guarded(ctx, [&](Context& c) {
    const std::string place = text_of(c, place_bytes);
    const int port = whole(c.frame[0], -1, 65535, "a port");
    const int size = whole(c.frame[2], 1, 1 << 20, "the number of processes");
    silence_c10d();
    auto held = std::make_unique<HeldStore>();
    std::lock_guard<std::mutex> lock(stores_mutex);
    auto& known = open_stores()[c10::str(port, " ", place)];
    held->store = known;
    if (!answers(*held)) {
      known.reset();
      *held = HeldStore();
      if (port < 0) {
        held->store = c10::make_intrusive<c10d::FileStore>(place, size);
      } else {
        c10d::TCPStoreOptions options;
        options.port = static_cast<uint16_t>(port);
        options.isServer = c.frame[1] != 0;
        options.waitWorkers = false;
        // Deno exports functions of libuv for its add-ons, and in its process libtorch's own libuv calls those.
        options.useLibUV = false;
        // Who looks for a store looks by one kind of address for so long, and then by the other.
        options.timeout = time_from(options.isServer ? c.frame[3] : c.frame[3] / 2);
        held->store = c10::make_intrusive<c10d::TCPStore>(place, options);
      }
      held->store->setTimeout(time_from(c.frame[3]));
      known = held->store;
    }
    c.frame[0] = c.add(std::move(held), Kind::store);
    return 0;
  });
}

int32_t ap_store_set(uint32_t ctx, double store, uint32_t key_bytes, uint32_t value_bytes) {
  return guarded(ctx, [&](Context& c) {
    const auto [key, value] = texts_of(c, key_bytes, value_bytes);
    ask(store_at(c, store), [key = key, bytes = std::vector<uint8_t>(value.begin(), value.end())](c10d::Store& asked) {
      asked.set(key, bytes);
    });
    return 0;
  });
}

// Waits until the key is there, at most so long; returns the length of its text plus 1, or 0 if it is not there. By
// looking again and again: c10d's own waiting tells a text that is not there yet from a store that is gone by words only.
int32_t ap_store_get(uint32_t ctx, double store, uint32_t key_bytes, double seconds) {
  return guarded(ctx, [&](Context& c) {
    const std::string key = text_of(c, key_bytes);
    HeldStore& found = store_at(c, store);
    const auto end = std::chrono::steady_clock::now() + time_from(seconds);
    for (auto pause = std::chrono::milliseconds(1); !ask(found, [key](c10d::Store& asked) { return asked.check({key}); });
         pause = std::min(2 * pause, kLongestPause)) {
      if (std::chrono::steady_clock::now() >= end) return 0;
      std::this_thread::sleep_for(pause);
    }
    const auto value = ask(found, [key](c10d::Store& asked) { return asked.get(key); });
    return put_text(c, std::string(value.begin(), value.end())) + 1;
  });
}

int32_t ap_store_add(uint32_t ctx, double store, uint32_t key_bytes, double amount) {
  return guarded(ctx, [&](Context& c) {
    const auto sum = ask(store_at(c, store), [key = text_of(c, key_bytes), amount](c10d::Store& asked) {
      return asked.add(key, static_cast<int64_t>(amount));
    });
    c.frame[0] = static_cast<double>(sum);
    return 0;
  });
}

// frame: the store, rank, number of processes, seconds to wait for any of them, the lengths of three texts (the prefix of
// the group's keys, the interface of the network to use or none, the host to be found by or none), and whether NCCL
// carries CUDA tensors. Back comes the group, in the text its name.
int32_t ap_group_open(uint32_t ctx) {
  return guarded(ctx, [&](Context& c) {
    size_t at = 4, text_at = 0;
    const std::string prefix = c.string(at, text_at);
    const std::string interface = c.string(at, text_at);
    const std::string host = c.string(at, text_at);
    const bool cards = c.number(at) != 0;
    const int size = whole(c.frame[2], 1, 1 << 20, "the number of processes");
    const int rank = whole(c.frame[1], 0, size - 1, "a rank");
    const auto timeout = time_from(c.frame[3]);
    const auto store = c10::make_intrusive<c10d::PrefixStore>(prefix, store_at(c, c.frame[0]).store);

    auto options = c10d::ProcessGroupGloo::Options::create(timeout);
    options->devices.push_back(device_at(interface, host));
    auto held = std::make_unique<HeldGroup>();
    held->gloo = c10::make_intrusive<c10d::ProcessGroupGloo>(
        c10::make_intrusive<c10d::PrefixStore>("gloo", store), rank, size, std::move(options));
    held->group = c10::make_intrusive<c10d::ProcessGroup>(store, rank, size);
    held->group->setBackend(c10::DeviceType::CPU, c10d::ProcessGroup::BackendType::GLOO, held->gloo);
    held->group->setDefaultBackend(c10d::ProcessGroup::BackendType::GLOO);
    if (cards) {
      held->nccl = make_nccl(c10::make_intrusive<c10d::PrefixStore>("nccl", store), rank, size, timeout);
      held->group->setBackend(c10::DeviceType::CUDA, c10d::ProcessGroup::BackendType::NCCL, held->nccl);
    }
    held->name = c10::str("apprentice:", groups_opened++);
    held->group->setGroupName(held->name);
    c10d::register_process_group(held->name, held->group);

    const std::string name = held->name;
    c.frame[0] = c.add(std::move(held), Kind::group);
    return put_text(c, name);
  });
}

// Ends what is asked of the cards in this group, as the others will never do their part.
int32_t ap_group_abort(uint32_t ctx, double group) {
  return guarded(ctx, [&](Context& c) {
    HeldGroup& held = group_at(c, group);
    if (held.nccl) std::exchange(held.nccl, nullptr)->abort();
    return 0;
  });
}

// Waits for all processes of the group, at most so long; rank 0 can say who did not come.
int32_t ap_group_barrier(uint32_t ctx, double group, double seconds) {
  return guarded(ctx, [&](Context& c) {
    c10d::BarrierOptions options;
    options.timeout = time_from(seconds);
    group_at(c, group).gloo->monitoredBarrier(options, /*waitAllRanks=*/true);
    return 0;
  });
}
