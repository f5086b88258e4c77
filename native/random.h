// Random numbers: every context draws from a generator of its own.
//
// libtorch draws from one generator for the whole process where an operator is given none. Two threads that train at
// once would draw from it by turns, in an order that no seed repeats. So every context has a generator of its own, and
// takes libtorch's place with it for as long as an operator draws; others that draw wait until it is done, as they
// would at libtorch's own lock.
#pragma once

#include "context.h"

#include <ATen/core/function_schema.h>
#include <ATen/core/ivalue.h>

#include <functional>
#include <mutex>

namespace c10 {
class OperatorHandle;
}

namespace apprentice {

// While it lives, libtorch's CPU numbers are the context's.
class Drawing {
 public:
  explicit Drawing(Context& context);
  ~Drawing();
  Drawing(const Drawing&) = delete;
  Drawing& operator=(const Drawing&) = delete;

 private:
  std::unique_lock<std::mutex> lock_;
  Context& context_;
};

// Called when a context closes.
void forget_generator(Context& context);

// Whether an operator draws random numbers, by what libtorch says of it.
bool may_draw(const c10::OperatorHandle& op);

// The value of an argument, or nullptr where it is not known.
using KnownArgument = std::function<const c10::IValue*(size_t)>;

enum class Draws { no, in_training, yes };

// Whether a call of an operator that may draw does so from libtorch's own generator. A call whose `train` is not known
// draws in training.
Draws draws(const c10::FunctionSchema& schema, const KnownArgument& argument);

}  // namespace apprentice
