// Uses the native library from many threads at once, as workers do: contexts that are opened and closed, threads that
// end with theirs open, handles and context numbers of other threads, operators that are looked up while others are
// called, random numbers, gradients. Built and run by `run.ts`, under a sanitizer; says "ok" if all went as it should.
//
//     threads <libapprentice.so> <rounds>

#include "../../native/apprentice.h"

#include <dlfcn.h>

#include <atomic>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

namespace {

#define FUNCTIONS(X)                                                                                               \
  X(ap_context_open) X(ap_context_close) X(ap_context_frame) X(ap_context_text) X(ap_op_find) X(ap_op_schema)      \
  X(ap_op_call) X(ap_release_one) X(ap_scope_open) X(ap_scope_close) X(ap_scope_suspend) X(ap_tensor_from_data)    \
  X(ap_tensor_to_data) X(ap_tensor_meta) X(ap_tensor_item) X(ap_set_requires_grad) X(ap_backward) X(ap_get_grads)  \
  X(ap_set_grad) X(ap_seed) X(ap_generator) X(ap_rng_state) X(ap_set_rng_state) X(ap_memory) X(ap_threads)         \
  X(ap_op_name)

#define DECLARE(name) decltype(&::name) name##_;
FUNCTIONS(DECLARE)
#undef DECLARE

std::atomic<int> failures{0};
// What other threads have: a handle and a context number of each.
constexpr int kThreads = 6;
std::atomic<double> handles[kThreads];
std::atomic<uint32_t> numbers[kThreads];

void expect(bool holds, const char* what) {
  if (holds) return;
  failures++;
  std::fprintf(stderr, "not so: %s\n", what);
}

struct Use {
  uint32_t ctx;
  double* frame;
  char* text;

  explicit Use(uint32_t number)
      : ctx(number), frame(static_cast<double*>(ap_context_frame_(number))),
        text(static_cast<char*>(ap_context_text_(number))) {}

  uint32_t find(const std::string& name) {
    std::memcpy(text, name.data(), name.size());
    const int32_t id = ap_op_find_(ctx, static_cast<uint32_t>(name.size()));
    expect(id > 0, name.c_str());
    return static_cast<uint32_t>(id);
  }
  double tensor(float value) {
    std::vector<float> values(64, value);
    frame[0] = frame[1] = 8;
    expect(ap_tensor_from_data_(ctx, values.data(), 256, 6, 2) == 1, "a tensor of data");
    return frame[0];
  }
  double call(const std::string& name, std::initializer_list<double> arguments, uint32_t count) {
    const uint32_t op = find(name);
    size_t at = 0;
    for (const double argument : arguments) frame[at++] = argument;
    const int32_t status = ap_op_call_(ctx, op, count);
    if (status < 0) std::fprintf(stderr, "%.*s\n", static_cast<int>(frame[0]), text);
    expect(status >= 0, name.c_str());
    return frame[0];
  }
};

// Draws with a dropout: what comes of it depends on this thread's seed alone.
double drawn(Use& use, double seed) {
  expect(ap_seed_(use.ctx, seed) == 0, "a seed");
  const double x = use.tensor(1);
  double sum = 0;
  for (int i = 0; i < 5; i++) {
    const double y = use.call("aten::dropout", {x, 0.5, 1}, 3);
    const double s = use.call("aten::sum", {y, 0}, 2);
    expect(ap_tensor_item_(use.ctx, s) == 1, "an item");
    sum = sum * 3 + use.frame[0];
  }
  return sum;
}

void work(int me, uint32_t ctx, int round) {
  Use use(ctx);
  const int32_t scope = ap_scope_open_(ctx);
  const double a = use.tensor(2);
  handles[me] = a;
  numbers[me] = ctx;
  expect(ap_set_requires_grad_(ctx, a, 1) == 0, "a leaf");
  const double product = use.call("aten::matmul", {a, a}, 2);
  const double loss = use.call("aten::sum", {product, 0}, 2);
  use.frame[0] = loss;
  use.frame[1] = 0;
  expect(ap_backward_(ctx, 1, 0, 2) == 0, "backward with createGraph");
  use.frame[0] = a;
  expect(ap_get_grads_(ctx, 1) == 1, "the gradient");
  float values[64];
  expect(ap_tensor_to_data_(ctx, use.frame[0], values, 256) == 0 && values[0] == 32, "the gradient's values");
  expect(ap_set_grad_(ctx, a, a) < 0, "a tensor as its own gradient is refused");

  // What belongs to others is refused, whether they are at work, closing or gone.
  for (int other = 0; other < kThreads; other++) {
    if (other == me) continue;
    const double theirs = handles[other];
    if (theirs != 0) expect(ap_tensor_meta_(ctx, theirs) < 0, "another thread's handle is refused");
    if (theirs != 0) expect(ap_release_one_(ctx, theirs) == 0, "another thread's handle is not let go of");
    const uint32_t number = numbers[other];
    if (number != ctx) {
      expect(ap_tensor_meta_(number, a) == -AP_ERROR_CONTEXT, "another thread's context is refused");
      expect(ap_context_close_(number) == -AP_ERROR_CONTEXT, "another thread's context is not closed");
      expect(ap_context_frame_(number) == nullptr, "another thread's frame is not given");
    }
  }
  for (const double made_up : {0.0, 1.0, double{NAN}, -1.0, 1e300, 5e-324}) {
    expect(ap_tensor_meta_(ctx, made_up) < 0, "a made-up handle is refused");
  }

  const double first = drawn(use, 100 + me);
  expect(drawn(use, 100 + me) == first, "a seed repeats while others draw");
  expect(ap_rng_state_(ctx, 0) == 1, "a state");
  expect(ap_set_rng_state_(ctx, 0, use.frame[0]) == 0, "the state again");
  expect(ap_generator_(ctx, 0, 7) == 1, "a generator");
  expect(ap_generator_(ctx, 0, NAN) < 0, "no seed");

  // Operators that nobody has looked up yet, while the others call theirs.
  for (int i = 0; i < 40; i++) {
    const int32_t length = ap_op_name_(ctx, static_cast<uint32_t>(i == 0 ? 0 : (round * 40 + i) * 3));
    if (length <= 0) continue;
    const int32_t id = ap_op_find_(ctx, static_cast<uint32_t>(length));
    if (id > 0) ap_op_schema_(ctx, static_cast<uint32_t>(id));
  }
  // More dimensions than the frame has room for.
  for (const double dims : {32764.0, 32765.0, 60000.0}) {
    use.frame[0] = dims;
    const uint32_t op = use.find("aten::zeros");
    use.frame[0] = dims;
    for (int i = 1; i <= dims; i++) use.frame[i] = 1;
    const int32_t status = ap_op_call_(ctx, op, 1);
    expect(status == 1, "a tensor of many dimensions");
    if (status == 1) expect(ap_tensor_meta_(ctx, use.frame[0]) >= 7, "what it says of itself");
  }
  ap_memory_(ctx, 0);
  if (round % 3 != 0) ap_scope_close_(ctx, static_cast<uint32_t>(scope));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  void* library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    std::fprintf(stderr, "%s\n", dlerror());
    return 2;
  }
#define LOAD(name) name##_ = reinterpret_cast<decltype(name##_)>(dlsym(library, #name));
  FUNCTIONS(LOAD)
#undef LOAD
  const int rounds = std::atoi(argv[2]);
  {
    const int32_t ctx = ap_context_open_();
    ap_threads_(static_cast<uint32_t>(ctx), 1);
    ap_context_close_(static_cast<uint32_t>(ctx));
  }
  for (int round = 0; round < rounds; round++) {
    std::vector<std::thread> threads;
    for (int me = 0; me < kThreads; me++) {
      threads.emplace_back([me, round] {
        for (int i = 0; i < 3; i++) {
          const int32_t opened = ap_context_open_();
          expect(opened >= 0, "a context");
          if (opened < 0) return;
          const uint32_t ctx = static_cast<uint32_t>(opened);
          work(me, ctx, round);
          double* frame = static_cast<double*>(ap_context_frame_(ctx));
          // The last one stays open in some threads: their end closes it.
          if (i == 2 && me % 2 == 0) return;
          expect(ap_context_close_(ctx) == 0, "closing");
          // The caller may still write to the frame of a context that it has closed.
          frame[65535] = 1;
          expect(ap_tensor_meta_(ctx, 1) == -AP_ERROR_CONTEXT, "a closed context is refused");
        }
      });
    }
    for (auto& thread : threads) thread.join();
  }
  std::printf(failures == 0 ? "ok\n" : "%d failures\n", failures.load());
  return failures == 0 ? 0 : 1;
}
