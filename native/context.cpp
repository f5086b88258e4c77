#include "context.h"

#include "allocator.h"
#include "libtorch_settings.h"
#include "random.h"

#include <c10/util/Exception.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include <mutex>
#include <utility>

namespace apprentice {

AP_THREAD_OWN char this_thread;
ContextEntry contexts[kMaxContexts];

namespace {

// Guards the opening and closing of contexts, and the two below.
std::mutex contexts_mutex;
uint32_t tags[kMaxContexts];
// Another copy of this library in the process starts elsewhere: its handles are then foreign here, too.
uint32_t next_tag = static_cast<uint32_t>((reinterpret_cast<uintptr_t>(contexts) >> 12) * 2654435761u >> 8);

// A number that no open context has, or had lately.
uint32_t unused_tag() {
  for (;;) {
    const uint32_t tag = kFirstTag + next_tag++ % (kLastTag - kFirstTag + 1);
    if (std::find(std::begin(tags), std::end(tags), tag) == std::end(tags)) return tag;
  }
}

// libtorch's warnings would go to stderr, where they would tear a progress bar apart.
struct SilentWarnings : c10::WarningHandler {
  void process(const c10::Warning&) override {}
};
SilentWarnings silent_warnings;

int32_t write_error(Context& context, ap_error code, const std::string& message) {
  context.frame[0] = put_text(context, message);
  return -static_cast<int32_t>(code);
}

}  // namespace

Context::~Context() {
  forget_generator(*this);
  while (!inference.empty()) inference.pop_back();
  for (uint32_t i = 0; i < used_; i++) free_slot(at_index(i), i);
}

Slot& Context::grow() {
  if (used_ == kMaxSlots) {
    throw Failure(AP_ERROR_OUT_OF_MEMORY,
                  "more than 4,194,304 tensors are alive: dispose of them, or use a scope");
  }
  if ((used_ & (kChunk - 1)) == 0) chunks_.push_back(std::make_unique<Slot[]>(kChunk));
  current_ = used_++;
  return at_index(current_);
}

void Context::free_slot(Slot& slot, uint32_t index) {
  // Moved out first: destroying a tensor may run code that looks at the table.
  at::Tensor tensor = std::move(slot.tensor);
  std::unique_ptr<Held> held = std::move(slot.held);
  if (slot.kind == Kind::none) return;
  slot.kind = Kind::none;
  slot.scope = 0;
  live_--;
  if (slot.generation == kLastGeneration) {
    slot.generation = 0;
    return;
  }
  slot.generation++;
  slot.next_free = free_;
  free_ = index + 1;
  if (tensor.defined()) {
    cut_gradient_cycle(tensor);
  } else if (held != nullptr) {
    held->for_each_tensor([this](const at::Tensor& one) { cut_gradient_cycle(one); });
  }
}

// A gradient with a graph of its own (createGraph) holds the graph, and the graph holds the tensor that holds the
// gradient: nothing would free the three. When the last handle of the tensor goes, its gradient loses the graph and
// keeps its values, for who else may hold the tensor.
void Context::cut_gradient_cycle(const at::Tensor& tensor) {
  const at::Tensor& grad = std::as_const(*tensor.unsafeGetTensorImpl()).grad();
  if (C10_LIKELY(!grad.defined() || !grad.requires_grad())) return;
  for (uint32_t i = 0; i < used_; i++) {
    if (at_index(i).tensor.is_same(tensor)) return;
  }
  try {
    at::Tensor values = grad.detach();
    std::swap(tensor.mutable_grad(), values);
  } catch (...) {
    // No memory: the cycle stays.
  }
}

bool Context::release(double handle) {
  Slot* slot = find(handle);
  if (slot == nullptr || slot->kind == Kind::none) return false;
  free_slot(*slot, index_of(handle));
  return true;
}

void Context::stale(double handle, const char* what) {
  const char* const names[] = {"something else", "tensor", "generator", "TorchScript module"};
  const bool tensor = std::strcmp(what, "tensor") == 0;
  const uint64_t tag = c10::bit_cast<uint64_t>(handle) >> (kIndexBits + kGenerationBits);
  if (tag == tag_ && index_of(handle) < used_) {
    const Slot* slot = find(handle);
    if (slot != nullptr && slot->kind != Kind::none) {
      throw Failure(AP_ERROR_ARGUMENT, c10::str("an argument should be a ", what, " and is a ",
                                                names[static_cast<size_t>(slot->kind)]));
    }
    throw Failure(AP_ERROR_HANDLE,
                  c10::str("this ", what, " was disposed of",
                           tensor ? ", by itself or with the scope it was made in; "
                                    "torch.keep(t) takes a tensor out of its scope"
                                  : ""));
  }
  const char* const remedy =
      tensor ? "; pass its values instead: post what data() gives (whose buffer can be transferred, or copied into a "
               "SharedArrayBuffer) and its shape, and make a tensor of them there with torch.tensor(values, { shape })"
             : "; make another one there";
  if (tag >= kFirstTag && tag <= kLastTag && tag != tag_) {
    throw Failure(AP_ERROR_ARGUMENT,
                  c10::str("this ", what, " belongs to another worker or to another copy of this package", remedy));
  }
  throw Failure(AP_ERROR_ARGUMENT,
                c10::str("an argument should be a ", what, " and is something else. If it came from another worker or "
                         "from another copy of this package, it cannot be used here", remedy));
}

uint32_t Context::open_scope() {
  // Numbers that a status can be, from 1 on; those of scopes that are long closed come again.
  uint32_t id;
  do {
    id = next_scope_;
    next_scope_ = next_scope_ == 0x7fffffff ? 1 : next_scope_ + 1;
  } while (scopes_.count(id) != 0);
  auto scope = std::make_unique<Scope>();
  scope->id = id;
  scope->parent = top_ ? top_->id : 0;
  top_ = scope.get();
  stack_.push_back(top_);
  scopes_.emplace(id, std::move(scope));
  return id;
}

void Context::suspend_scope(uint32_t id) {
  auto found = std::find_if(stack_.begin(), stack_.end(), [id](Scope* s) { return s->id == id; });
  if (found == stack_.end()) return;
  stack_.erase(found);
  top_ = stack_.empty() ? nullptr : stack_.back();
}

void Context::close_scope(uint32_t id) {
  suspend_scope(id);
  auto found = scopes_.find(id);
  if (found == scopes_.end()) return;
  std::unique_ptr<Scope> scope = std::move(found->second);
  scopes_.erase(found);
  for (size_t i = scope->handles.size(); i-- > 0;) {
    const double handle = scope->handles[i];
    Slot* slot = find(handle);
    if (slot != nullptr && slot->kind != Kind::none && slot->scope == id) {
      free_slot(*slot, index_of(handle));
    }
  }
}

void Context::compact(Scope& scope) {
  auto& handles = scope.handles;
  handles.erase(std::remove_if(handles.begin(), handles.end(),
                               [&](double handle) {
                                 Slot* slot = find(handle);
                                 return slot == nullptr || slot->scope != scope.id;
                               }),
                handles.end());
  scope.compact_at = std::max<size_t>(1024, handles.size() * 2);
}

void Context::keep(double handle) {
  Slot* slot = find(handle);
  if (slot == nullptr || slot->kind == Kind::none) stale(handle, "tensor");
  slot->scope = 0;
}

bool Context::hand_over(double handle, uint32_t from) {
  Slot* slot = find(handle);
  if (slot == nullptr || slot->kind == Kind::none) stale(handle, "tensor");
  if (slot->scope != from) return false;
  auto found = scopes_.find(from);
  auto parent = found == scopes_.end() ? scopes_.end() : scopes_.find(found->second->parent);
  // A suspended parent must not grow: its task is elsewhere. Then nobody owns the tensor but its holder.
  const bool active = parent != scopes_.end() &&
                      std::find(stack_.begin(), stack_.end(), parent->second.get()) != stack_.end();
  slot->scope = active ? parent->second->id : 0;
  if (active) parent->second->handles.push_back(handle);
  return true;
}

bool Context::adopt(double handle, uint32_t id) {
  Slot* slot = find(handle);
  if (slot == nullptr || slot->kind == Kind::none) stale(handle, "tensor");
  auto found = scopes_.find(id);
  if (found == scopes_.end()) return false;
  Scope& scope = *found->second;
  slot->scope = id;
  if (scope.handles.size() >= scope.compact_at) compact(scope);
  scope.handles.push_back(handle);
  return true;
}

int64_t Context::integer(size_t& at) const {
  const double value = number(at);
  if (C10_UNLIKELY(!(value >= -9223372036854775808.0 && value < 9223372036854775808.0) ||
                   value != static_cast<double>(static_cast<int64_t>(value)))) {
    throw Failure(AP_ERROR_ARGUMENT, c10::str("expected a whole number, got ", value));
  }
  return static_cast<int64_t>(value);
}

namespace {

// Beyond these, two whole numbers may be the same double.
constexpr double kLargestWhole = 9007199254740991.0;

// A slot with these bits above and its own place below says that the value lies in `wide`. It is a number next to
// 2^-1022 that nobody computes with, not a NaN: JavaScript does not keep the bits of those.
constexpr uint32_t kWide = 0x0010abc0;

enum WideKind : uint32_t { kWideInt = 1, kWideUnsigned = 2, kWideFloat = 3 };

}  // namespace

bool is_open(double value) {
  return value == 0 ? std::signbit(value) : std::isfinite(value) && std::abs(value) > kLargestWhole;
}

bool is_floating(const at::Tensor& tensor) {
  if (!tensor.defined()) return false;
  const at::ScalarType type = tensor.scalar_type();
  return !c10::isIntegralType(type, /*includeBool=*/true);
}

at::Scalar Context::scalar(size_t& at, bool& open) const {
  const size_t slot = at;
  const double value = number(at);
  if (C10_LIKELY(value >= -kLargestWhole && value <= kLargestWhole)) {
    const int64_t whole = static_cast<int64_t>(value);
    if (static_cast<double>(whole) == value) {
      if (C10_LIKELY(whole != 0 || !std::signbit(value))) return at::Scalar(whole);
      open = true;
      return at::Scalar(value);
    }
    uint64_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    const uint32_t kind = static_cast<uint32_t>(bits >> 32) - kWide;
    if (C10_LIKELY(kind < kWideInt || kind > kWideFloat || static_cast<uint32_t>(bits) != slot)) {
      return at::Scalar(value);
    }
    std::memcpy(&bits, &wide[slot], sizeof bits);
    switch (kind) {
      case kWideInt: return at::Scalar(static_cast<int64_t>(bits));
      case kWideUnsigned: return at::Scalar(bits);
      default: return at::Scalar(wide[slot]);
    }
  }
  open = is_open(value);
  return at::Scalar(value);
}

void settle(at::Scalar& scalar) {
  if (!scalar.isFloatingPoint()) return;
  const double value = scalar.toDouble();
  if (value == 0) {
    scalar = at::Scalar(static_cast<int64_t>(0));
    return;
  }
  char digits[400];
  std::snprintf(digits, sizeof digits, "%.0f", value);
  throw Failure(AP_ERROR_ARGUMENT,
                c10::str("the number ", value, " is beyond 2^53, where a JavaScript number cannot tell whole numbers "
                         "apart, and no tensor beside it is floating: write the BigInt ",
                         std::abs(value) < 1e20 ? std::string(digits) + "n" : "of an integer",
                         ", or torch.float(", value, ") for a float"));
}

int64_t Context::symbolic(size_t& at) const {
  const int64_t value = integer(at);
  if (C10_UNLIKELY(value < -(int64_t{1} << 61))) {
    throw Failure(AP_ERROR_ARGUMENT, c10::str(value, " is below what a size or place may be"));
  }
  return value;
}

size_t Context::length(size_t& at) const {
  const int64_t value = integer(at);
  if (value < 0 || static_cast<size_t>(value) > AP_FRAME_SLOTS - at) {
    throw Failure(AP_ERROR_ARGUMENT, c10::str("a list of ", value, " elements does not fit the argument frame of ",
                                              AP_FRAME_SLOTS));
  }
  return static_cast<size_t>(value);
}

std::string Context::string(size_t& at, size_t& text_at) const {
  const int64_t value = integer(at);
  if (value < 0 || static_cast<size_t>(value) > AP_TEXT_BYTES - text_at) {
    throw Failure(AP_ERROR_ARGUMENT, c10::str("a string of ", value, " bytes does not fit the text buffer"));
  }
  std::string result(text + text_at, static_cast<size_t>(value));
  text_at += static_cast<size_t>(value);
  return result;
}

int32_t put_text(Context& context, const std::string& text) {
  const size_t bytes = std::min<size_t>(text.size(), AP_TEXT_BYTES);
  std::memcpy(context.text, text.data(), bytes);
  return static_cast<int32_t>(bytes);
}

namespace {

int32_t report_in_full(Context& context, const std::string& where) {
  try {
    throw;
  } catch (const Failure& e) {
    return write_error(context, e.code, e.what() + where);
  } catch (const c10::OutOfMemoryError& e) {
    return write_error(context, AP_ERROR_OUT_OF_MEMORY, e.what_without_backtrace() + where);
  } catch (const c10::IndexError& e) {
    return write_error(context, AP_ERROR_INDEX, e.what_without_backtrace() + where);
  } catch (const c10::ValueError& e) {
    return write_error(context, AP_ERROR_VALUE, e.what_without_backtrace() + where);
  } catch (const c10::TypeError& e) {
    return write_error(context, AP_ERROR_TYPE, e.what_without_backtrace() + where);
  } catch (const c10::NotImplementedError& e) {
    return write_error(context, AP_ERROR_NOT_IMPLEMENTED, e.what_without_backtrace() + where);
  } catch (const c10::LinAlgError& e) {
    return write_error(context, AP_ERROR_LINALG, e.what_without_backtrace() + where);
  } catch (const c10::DistError& e) {
    return write_error(context, AP_ERROR_DISTRIBUTED, e.what_without_backtrace() + where);
  } catch (const c10::Error& e) {
    return write_error(context, AP_ERROR_TORCH, e.what_without_backtrace() + where);
  } catch (const std::bad_alloc&) {
    return write_error(context, AP_ERROR_OUT_OF_MEMORY, "out of memory" + where);
  } catch (const std::exception& e) {
    return write_error(context, AP_ERROR_TORCH, e.what() + where);
  } catch (...) {
    return write_error(context, AP_ERROR_TORCH, "an unknown native error" + where);
  }
}

}  // namespace

int32_t report(Context& context, const std::string& where) {
  try {
    return report_in_full(context, where);
  } catch (...) {
    // There was no memory for the message.
    static const char short_message[] = "out of memory";
    std::memcpy(context.text, short_message, sizeof(short_message) - 1);
    context.frame[0] = sizeof(short_message) - 1;
    return -AP_ERROR_OUT_OF_MEMORY;
  }
}

c10::Device device_from(int64_t code) {
  const int64_t type = code >> 8;
  const int64_t index = (code & 255) - 1;
  const bool known = code >= 0 && type < static_cast<int64_t>(c10::COMPILE_TIME_MAX_DEVICE_TYPES) &&
                     index <= std::numeric_limits<c10::DeviceIndex>::max();
  // libtorch takes any number and looks tables up with it.
  if (!known || (type == static_cast<int64_t>(c10::DeviceType::CPU) && index > 0)) {
    throw Failure(AP_ERROR_ARGUMENT, c10::str(code, " is no device"));
  }
  return c10::Device(static_cast<c10::DeviceType>(type), static_cast<c10::DeviceIndex>(index));
}

}  // namespace apprentice

using namespace apprentice;

uint32_t ap_abi_version(void) { return AP_ABI_VERSION; }

namespace {

// When the process ends, static objects go, libtorch's too, while threads of workers may still be ending.
std::mutex ending_mutex;
bool process_ends = false;

// A worker that is terminated has no chance to close its context: the end of its thread does it, or its tensors
// would stay for good.
struct ThreadContexts {
  std::vector<uint32_t> open;
  // Of contexts that are closed, for the next.
  std::vector<std::unique_ptr<Buffers>> buffers;
  ~ThreadContexts() {
    std::lock_guard<std::mutex> lock(ending_mutex);
    if (process_ends) return;
    for (const uint32_t id : std::vector<uint32_t>(open)) ap_context_close(id);
  }
};
thread_local ThreadContexts thread_contexts;
// By context number; each is its own thread's. It outlives the static objects, as threads may.
std::unique_ptr<Buffers>* const buffers_in_use = new std::unique_ptr<Buffers>[kMaxContexts];

// Made after libtorch's static objects, so it goes before them; what threads have begun to close is waited for.
struct ProcessEnd {
  ~ProcessEnd() {
    std::lock_guard<std::mutex> lock(ending_mutex);
    process_ends = true;
  }
} process_end;

}  // namespace

int32_t ap_context_open(void) {
  try {
    ThreadContexts& own = thread_contexts;
    c10::WarningUtils::set_warning_handler(&silent_warnings);
    install_cpu_allocator();
    install_plain_zeros();
    silence_mkl();
    own.open.reserve(own.open.size() + 1);
    std::unique_ptr<Buffers> buffers;
    if (own.buffers.empty()) {
      buffers = std::make_unique<Buffers>();
    } else {
      buffers = std::move(own.buffers.back());
      own.buffers.pop_back();
    }
    std::lock_guard<std::mutex> lock(contexts_mutex);
    for (uint32_t i = 0; i < kMaxContexts; i++) {
      if (tags[i] != 0) continue;
      const uint32_t tag = unused_tag();
      contexts[i].context.store(new Context(tag, *buffers), std::memory_order_relaxed);
      contexts[i].owner.store(&this_thread, std::memory_order_relaxed);
      tags[i] = tag;
      buffers_in_use[i] = std::move(buffers);
      own.open.push_back(i);
      return static_cast<int32_t>(i);
    }
  } catch (...) {
  }
  return -AP_ERROR_CONTEXT;
}

int32_t ap_context_close(uint32_t ctx) {
  Context* context = find_context(ctx);
  if (context == nullptr) return -AP_ERROR_CONTEXT;
  ThreadContexts& own = thread_contexts;
  own.open.erase(std::remove(own.open.begin(), own.open.end(), ctx), own.open.end());
  contexts[ctx].owner.store(nullptr, std::memory_order_relaxed);
  contexts[ctx].context.store(nullptr, std::memory_order_relaxed);
  delete context;
  if (own.open.empty()) c10::WarningUtils::set_warning_handler(nullptr);
  try {
    std::unique_ptr<Buffers>& buffers = buffers_in_use[ctx];
    own.buffers.push_back(std::move(buffers));
  } catch (...) {
    buffers_in_use[ctx].release();  // no memory to keep it for the next, and it may be in use
  }
  std::lock_guard<std::mutex> lock(contexts_mutex);
  tags[ctx] = 0;
  return 0;
}

void* ap_context_frame(uint32_t ctx) {
  Context* context = find_context(ctx);
  return context ? context->frame : nullptr;
}

void* ap_context_text(uint32_t ctx) {
  Context* context = find_context(ctx);
  return context ? context->text : nullptr;
}

int32_t ap_release_one(uint32_t ctx, double handle) {
  return guarded(ctx, [&](Context& c) { return c.release(handle) ? 1 : 0; });
}

int32_t ap_release(uint32_t ctx, uint32_t count) {
  return guarded(ctx, [&](Context& c) {
    c.check_count(count);
    int32_t released = 0;
    for (uint32_t i = 0; i < count; i++) released += c.release(c.frame[i]) ? 1 : 0;
    return released;
  });
}

int32_t ap_scope_open(uint32_t ctx) {
  return guarded(ctx, [&](Context& c) { return c.open_scope(); });
}

int32_t ap_scope_close(uint32_t ctx, uint32_t scope) {
  return guarded(ctx, [&](Context& c) { return c.close_scope(scope), 0; });
}

int32_t ap_scope_suspend(uint32_t ctx, uint32_t scope) {
  return guarded(ctx, [&](Context& c) { return c.suspend_scope(scope), 0; });
}

int32_t ap_scope_keep(uint32_t ctx, double handle) {
  return guarded(ctx, [&](Context& c) { return c.keep(handle), 0; });
}

int32_t ap_scope_hand_over(uint32_t ctx, double handle, uint32_t scope) {
  return guarded(ctx, [&](Context& c) { return c.hand_over(handle, scope) ? 1 : 0; });
}

int32_t ap_scope_adopt(uint32_t ctx, double handle, uint32_t scope) {
  return guarded(ctx, [&](Context& c) { return c.adopt(handle, scope) ? 1 : 0; });
}
