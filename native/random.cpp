#include "random.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/enum_tag.h>
#include <ATen/ops/empty.h>
#include <c10/core/GeneratorImpl.h>

#include <cstring>
#include <string_view>
#include <utility>

#include "devices.h"
#include "values.h"

namespace apprentice {

namespace {

// Guards libtorch's default generator and the two below.
std::mutex generator_mutex;
// The context whose generator is libtorch's own: the first that draws, so that a program of one thread has the very
// generator that libtorch has.
Context* home = nullptr;
bool home_was_taken = false;

// The object that libtorch's reference names is not const.
at::Generator& libtorchs_own() { return const_cast<at::Generator&>(at::detail::getDefaultCPUGenerator()); }

}  // namespace

Drawing::Drawing(Context& context) : lock_(generator_mutex), context_(context) {
  if (!context.own_generator.defined()) {
    if (home == nullptr) {
      home = &context;
      // What the one before has left behind is no start of one's own.
      if (home_was_taken) libtorchs_own().set_current_seed(c10::detail::getNonDeterministicRandom());
      home_was_taken = true;
    }
    if (home == &context) return;
    context.own_generator = at::detail::createCPUGenerator(c10::detail::getNonDeterministicRandom());
  }
  std::swap(libtorchs_own(), context.own_generator);
}

Drawing::~Drawing() {
  if (home != &context_) std::swap(libtorchs_own(), context_.own_generator);
}

void forget_generator(Context& context) {
  std::lock_guard<std::mutex> lock(generator_mutex);
  if (home == &context) home = nullptr;
}

bool may_draw(const c10::OperatorHandle& op) { return op.hasTag(at::Tag::nondeterministic_seeded); }

Draws draws(const c10::FunctionSchema& schema, const KnownArgument& argument) {
  Draws result = Draws::yes;
  const auto& arguments = schema.arguments();
  for (size_t i = 0; i < arguments.size(); i++) {
    const std::string& name = arguments[i].name();
    const c10::IValue* value = argument(i);
    if (name == "generator") {
      if (value != nullptr && !value->isNone()) return Draws::no;
    } else if (name == "train" || name == "training") {
      if (value == nullptr) result = Draws::in_training;
      else if (value->isBool() && !value->toBool()) return Draws::no;
    } else if (name == "dropout" || name == "dropout_p") {
      if (value != nullptr && value->isDouble() && value->toDouble() == 0) return Draws::no;
    }
  }
  return result;
}

namespace {

const at::Generator& default_generator(c10::Device device) { return at::globalContext().defaultGenerator(device); }

uint64_t seed_from(double seed) {
  if (!(seed >= 0 && seed <= 9007199254740991.0) || seed != static_cast<double>(static_cast<uint64_t>(seed))) {
    throw Failure(AP_ERROR_ARGUMENT, c10::str("a seed is a whole number from 0 to 2^53 - 1, got ", seed));
  }
  return static_cast<uint64_t>(seed);
}

// libtorch reads the state as the structure that it was, and takes where to go on in the table of 624 words from it. It
// checks that neither number is too large, but not that there are as many words left as come after the place.
void check_cpu_state(const at::Tensor& state) {
  constexpr int64_t kLeft = 8, kNext = 16, kWords = 624;
  if (state.scalar_type() != at::kByte || state.numel() < kNext + 8) return;  // libtorch refuses it
  int32_t left;
  uint64_t next;
  const char* bytes = static_cast<const char*>(state.const_data_ptr());
  std::memcpy(&left, bytes + kLeft, sizeof(left));
  std::memcpy(&next, bytes + kNext, sizeof(next));
  if (left < 1 || left > kWords || next > kWords || static_cast<uint64_t>(left) + next > kWords + 1) {
    throw Failure(AP_ERROR_VALUE, "this is no state of random numbers, or a damaged one: take what getRngState gave");
  }
}

}  // namespace

}  // namespace apprentice

using namespace apprentice;

int32_t ap_seed(uint32_t ctx, double seed) {
  return guarded(ctx, [&](Context& c) {
    const uint64_t value = seed_from(seed);
    const Drawing own(c);
    return at::manual_seed(value), 0;
  });
}

int32_t ap_generator(uint32_t ctx, uint32_t device, double seed) {
  return guarded(ctx, [&](Context& c) {
    const uint64_t value = seed_from(seed);
    const c10::Device where = concrete_device(device);
    at::Generator generator =
        where.is_cpu() ? at::make_generator<at::CPUGeneratorImpl>(value) : default_generator(where).clone();
    generator.set_current_seed(value);
    c.frame[0] = c.add(std::move(generator));
    return 1;
  });
}

int32_t ap_rng_state(uint32_t ctx, uint32_t device) {
  return guarded(ctx, [&](Context& c) {
    const c10::Device where = concrete_device(device);
    const Drawing own(c);
    at::Generator generator = default_generator(where);
    std::lock_guard<std::mutex> lock(generator.mutex());
    c.frame[0] = c.add(generator.get_state());
    return 1;
  });
}

int32_t ap_set_rng_state(uint32_t ctx, uint32_t device, double state) {
  return guarded(ctx, [&](Context& c) {
    const c10::Device where = concrete_device(device);
    const at::Tensor value = values_of(c.tensor(state));
    if (where.is_cpu()) check_cpu_state(value);
    const Drawing own(c);
    at::Generator generator = default_generator(where);
    std::lock_guard<std::mutex> lock(generator.mutex());
    generator.set_state(value);
    return 0;
  });
}
