// One thread's view of the library: its frame, its text buffer, its table of handles, its scopes.
#pragma once

#include "apprentice.h"

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>
#include <c10/core/InferenceMode.h>
#include <c10/core/Scalar.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

namespace apprentice {

// An error of this library's own, with the code that the caller sees.
struct Failure : std::runtime_error {
  Failure(ap_error code, const std::string& message) : std::runtime_error(message), code(code) {}
  ap_error code;
};

enum class Kind : uint8_t { none, tensor, generator, module };

// What a handle can stand for besides a tensor.
struct Held {
  virtual ~Held() = default;
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

class Context {
 public:
  Context();

  double frame[AP_FRAME_SLOTS];
  // The values that a slot of the frame cannot hold, at the same places: the caller sees both as one block.
  double wide[AP_FRAME_SLOTS];
  char text[AP_TEXT_BYTES];

  bool owned_by_this_thread() const { return owner_ == std::this_thread::get_id(); }

  // Handles. 22 bits of index and 31 of generation: a slot whose generations are used up is retired, so a
  // stale handle can never name a younger tensor.
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

 private:
  static constexpr uint32_t kIndexBits = 22;
  static constexpr uint32_t kMaxSlots = 1u << kIndexBits;
  static constexpr uint32_t kChunkBits = 12;
  static constexpr uint32_t kChunk = 1u << kChunkBits;
  static constexpr uint32_t kLastGeneration = 0x7fffffff;

  Slot& at_index(uint32_t index) { return chunks_[index >> kChunkBits][index & (kChunk - 1)]; }

  Slot* find(double handle) {
    if (C10_UNLIKELY(!(handle >= kMaxSlots && handle < 9007199254740992.0))) return nullptr;
    const uint64_t bits = static_cast<uint64_t>(handle);
    const uint32_t index = static_cast<uint32_t>(bits & (kMaxSlots - 1));
    if (C10_UNLIKELY(index >= used_)) return nullptr;
    Slot& slot = at_index(index);
    return C10_LIKELY(slot.generation == bits >> kIndexBits) ? &slot : nullptr;
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
        static_cast<double>((static_cast<uint64_t>(slot.generation) << kIndexBits) | current_);
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
  [[noreturn]] void stale(double handle, const char* what) const;

  std::thread::id owner_;
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

extern Context* contexts[];
constexpr uint32_t kMaxContexts = 4096;

inline Context* find_context(uint32_t ctx) {
  if (C10_UNLIKELY(ctx >= kMaxContexts)) return nullptr;
  Context* context = contexts[ctx];
  return C10_LIKELY(context != nullptr && context->owned_by_this_thread()) ? context : nullptr;
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

// Writes a text result; returns its length, cut to the buffer.
int32_t put_text(Context& context, const std::string& text);

c10::Device device_from(uint32_t code);

// Decides what a number that scalar() left open is beside tensors none of which is floating: -0 is the integer 0,
// and a whole number that a double cannot tell from its neighbours is an error. Beside floating ones it is a float.
void settle(at::Scalar& value);
// Whether scalar() leaves a number open.
bool is_open(double value);
bool is_floating(const at::Tensor& tensor);

}  // namespace apprentice
