// One thread's view of the library: its frame, its text buffer, its table of handles, its scopes.
#pragma once

#include "apprentice.h"
#include "portable.h"

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>
#include <c10/core/InferenceMode.h>
#include <c10/core/Scalar.h>
#include <c10/util/bit_cast.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

namespace apprentice {

// An error of this library's own, with the code that the caller sees.
struct Failure : std::runtime_error {
  Failure(ap_error code, const std::string& message) : std::runtime_error(message), code(code) {}
  ap_error code;
};

enum class Kind : uint8_t { none, tensor, generator, module, trace, store, group, reducer };

// What a handle can stand for besides a tensor.
struct Held {
  virtual ~Held() = default;
  // The tensors that it holds and that no handle need name.
  virtual void for_each_tensor(const std::function<void(const at::Tensor&)>&) const {}
};

struct HeldGenerator : Held {
  explicit HeldGenerator(at::Generator&& generator) : generator(std::move(generator)) {}
  at::Generator generator;
};

struct Slot {
  at::Tensor tensor;
  std::unique_ptr<Held> held;
  uint32_t generation = 1;
  uint32_t scope = 0;
  uint32_t next_free = 0;
  Kind kind = Kind::none;
};

struct Scope {
  uint32_t id;
  uint32_t parent;
  std::vector<double> handles;
  size_t compact_at = 1024;
};

// What a context shares with its caller. It outlives the context and goes with the thread: the caller may still
// look at it, or write to it, when the context is closed.
struct Buffers {
  double frame[AP_FRAME_SLOTS];
  // The values that a slot of the frame cannot hold, at the same places: the caller sees both as one block.
  double wide[AP_FRAME_SLOTS];
  char text[AP_TEXT_BYTES];
};

// The bits of a handle: 22 of index, 28 of generation, and above them the context's own number. A slot whose
// generations are used up is retired, so a stale handle can never name a younger tensor; and the numbers of
// contexts that are open at once differ, so a handle can never name a tensor of another thread. Read as a double
// the context's number is the exponent: from 4 up no handle is 0 or so small that the processor might take it for
// 0, and below 3072 all are smaller than any number that somebody would give by mistake.
constexpr uint32_t kIndexBits = 22;
constexpr uint32_t kGenerationBits = 28;
constexpr uint32_t kFirstTag = 4;
constexpr uint32_t kLastTag = 3071;

class Context {
 public:
  Context(uint32_t tag, Buffers& buffers)
      : frame(buffers.frame), wide(buffers.wide), text(buffers.text), tag_(tag) {}
  ~Context();

  double* const frame;
  double* const wide;
  char* const text;

  double add(at::Tensor&& tensor) {
    Slot& slot = take();
    slot.tensor = std::move(tensor);
    slot.kind = Kind::tensor;
    return file(slot);
  }
  double add(at::Generator&& generator) {
    return add(std::make_unique<HeldGenerator>(std::move(generator)), Kind::generator);
  }
  double add(std::unique_ptr<Held>&& held, Kind kind) {
    Slot& slot = take();
    slot.held = std::move(held);
    slot.kind = kind;
    return file(slot);
  }
  at::Tensor& tensor(double handle) {
    Slot* slot = find(handle);
    if (C10_UNLIKELY(slot == nullptr || slot->kind != Kind::tensor)) stale(handle, "tensor");
    return slot->tensor;
  }
  at::Generator& generator(double handle) {
    return static_cast<HeldGenerator&>(held(handle, Kind::generator, "generator")).generator;
  }
  Held& held(double handle, Kind kind, const char* what) {
    Slot* slot = find(handle);
    if (slot == nullptr || slot->kind != kind) stale(handle, what);
    return *slot->held;
  }
  bool release(double handle);
  uint32_t live() const { return live_; }

  // Scopes.
  uint32_t open_scope();
  void close_scope(uint32_t id);
  void suspend_scope(uint32_t id);
  void keep(double handle);
  // Whether the scope had the tensor, so that there was something to hand over.
  bool hand_over(double handle, uint32_t from);
  bool adopt(double handle, uint32_t scope);

  // The frame, read in order.
  double number(size_t& at) const {
    if (C10_UNLIKELY(at >= AP_FRAME_SLOTS)) throw Failure(AP_ERROR_ARGUMENT, "the argument frame is full");
    return frame[at++];
  }
  // A number of slots that the caller claims to have filled.
  void check_count(uint64_t count) const {
    if (count > AP_FRAME_SLOTS) {
      throw Failure(AP_ERROR_ARGUMENT,
                    c10::str(count, " values do not fit the argument frame of ", AP_FRAME_SLOTS));
    }
  }
  int64_t integer(size_t& at) const;
  // A number as an operator takes it: a whole one is an int, as a PyTorch user would have written it, since it
  // then takes on the tensor's dtype, where a float would turn an integer tensor into a float one. `open` is set
  // for a number whose meaning depends on the tensors beside it; see settle().
  at::Scalar scalar(size_t& at, bool& open) const;
  // An integer where libtorch could take a symbol: it holds symbols in what lies below.
  int64_t symbolic(size_t& at) const;
  size_t length(size_t& at) const;
  std::string string(size_t& at, size_t& text_at) const;

  std::vector<std::unique_ptr<c10::InferenceMode>> inference;
  // Whether a number was read since the last settling whose meaning depends on the tensors beside it.
  bool unsettled = false;
  // Where random numbers come from when no generator is given; see random.h.
  at::Generator own_generator;

 private:
  static constexpr uint32_t kMaxSlots = 1u << kIndexBits;
  static constexpr uint32_t kChunkBits = 12;
  static constexpr uint32_t kChunk = 1u << kChunkBits;
  static constexpr uint32_t kLastGeneration = (1u << kGenerationBits) - 1;

  static uint32_t index_of(double handle) {
    return static_cast<uint32_t>(c10::bit_cast<uint64_t>(handle) & (kMaxSlots - 1));
  }

  Slot& at_index(uint32_t index) { return chunks_[index >> kChunkBits][index & (kChunk - 1)]; }

  Slot* find(double handle) {
    const uint64_t bits = c10::bit_cast<uint64_t>(handle);
    if (C10_UNLIKELY(bits >> (kIndexBits + kGenerationBits) != tag_)) return nullptr;
    const uint32_t index = static_cast<uint32_t>(bits & (kMaxSlots - 1));
    if (C10_UNLIKELY(index >= used_)) return nullptr;
    Slot& slot = at_index(index);
    return C10_LIKELY(slot.generation == (bits >> kIndexBits & kLastGeneration)) ? &slot : nullptr;
  }

  Slot& take() {
    if (C10_LIKELY(free_ != 0)) {
      current_ = free_ - 1;
      Slot& slot = at_index(current_);
      free_ = slot.next_free;
      return slot;
    }
    return grow();
  }

  double file(Slot& slot) {
    live_++;
    const double handle =
        c10::bit_cast<double>(((static_cast<uint64_t>(tag_) << kGenerationBits | slot.generation) << kIndexBits) | current_);
    if (top_ != nullptr) {
      slot.scope = top_->id;
      if (C10_UNLIKELY(top_->handles.size() >= top_->compact_at)) compact(*top_);
      top_->handles.push_back(handle);
    } else {
      slot.scope = 0;
    }
    return handle;
  }

  Slot& grow();
  void compact(Scope& scope);
  void free_slot(Slot& slot, uint32_t index);
  [[noreturn]] void stale(double handle, const char* what);
  void cut_gradient_cycle(const at::Tensor& tensor);

  const uint64_t tag_;
  std::vector<std::unique_ptr<Slot[]>> chunks_;
  uint32_t used_ = 0;
  uint32_t free_ = 0;  // index + 1 of the first free slot
  uint32_t current_ = 0;
  uint32_t live_ = 0;
  uint32_t next_scope_ = 1;
  Scope* top_ = nullptr;
  std::vector<Scope*> stack_;
  std::unordered_map<uint32_t, std::unique_ptr<Scope>> scopes_;
};

constexpr uint32_t kMaxContexts = 2048;

// Every thread's own mark: its address tells threads apart in one instruction.
extern AP_THREAD_OWN char this_thread;

// Only the thread that an entry belongs to reads its context, so that none is ever looked at while another
// thread closes it.
struct ContextEntry {
  std::atomic<const char*> owner{nullptr};
  std::atomic<Context*> context{nullptr};
};
extern ContextEntry contexts[kMaxContexts];

inline Context* find_context(uint32_t ctx) {
  if (C10_UNLIKELY(ctx >= kMaxContexts)) return nullptr;
  ContextEntry& entry = contexts[ctx];
  if (C10_UNLIKELY(entry.owner.load(std::memory_order_relaxed) != &this_thread)) return nullptr;
  return entry.context.load(std::memory_order_relaxed);
}

// Turns the exception in flight into a code and a message in the context's text.
int32_t report(Context& context, const std::string& where = "");

// Runs the body of an exported function: no exception leaves it.
template <class Body>
int32_t guarded(uint32_t ctx, Body&& body) {
  Context* context = find_context(ctx);
  if (C10_UNLIKELY(context == nullptr)) return -AP_ERROR_CONTEXT;
  try {
    return static_cast<int32_t>(body(*context));
  } catch (...) {
    return report(*context);
  }
}

// The text that the caller wrote, of so many bytes.
inline std::string text_of(const Context& context, uint32_t bytes) {
  return {context.text, std::min<size_t>(bytes, AP_TEXT_BYTES)};
}

// Writes a text result; returns its length, cut to the buffer.
int32_t put_text(Context& context, const std::string& text);

c10::Device device_from(int64_t code);

// Decides what a number that scalar() left open is beside tensors none of which is floating: -0 is the integer 0,
// and a whole number that a double cannot tell from its neighbors is an error. Beside floating ones it is a float.
void settle(at::Scalar& value);
// Whether scalar() leaves a number open.
bool is_open(double value);
bool is_floating(const at::Tensor& tensor);

}  // namespace apprentice
