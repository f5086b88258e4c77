// Operators found in libtorch's dispatcher, and how their arguments are read from the frame.
#pragma once

#include "context.h"
#include "guards.h"

#include <ATen/core/dispatch/Dispatcher.h>

#include <string>

namespace apprentice {

struct Operator {
  c10::OperatorHandle handle;
  // One letter an argument, then '>', then one letter a result; '!' is a result that is an argument written to.
  std::string kinds;
  uint32_t arguments;
  // Whether its results are always new tensors, so that the layers of autograd have nothing to do when no
  // argument requires a gradient.
  bool functional;
  // What is checked before it is called, if libtorch does not do so itself; else null.
  Guard guard;
  // Whether it may draw random numbers without being given a generator.
  bool draws;
  // The call without boxing, for the signatures that have one; else null.
  int32_t (*unboxed)(Context&, const Operator&);
};

using Unboxed = int32_t (*)(Context&, const Operator&);

// The unboxed call for a signature given by its kinds, or null.
Unboxed find_unboxed(const std::string& kinds, const c10::OperatorHandle& handle);

// A tensor in an error's words, such as Float[2, 3].
std::string describe(const at::Tensor& tensor);

// A dtype by its number, or an error if it names none.
at::ScalarType scalar_type_from(int64_t value);

}  // namespace apprentice
