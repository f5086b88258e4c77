// What libtorch's own operators do not check before they read or write memory, or before they begin work that has
// no end: PyTorch's Python layer does, and here these guards do.
#pragma once

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/stack.h>

namespace apprentice {

// Throws a Failure if the arguments, in the schema's order, are not such that the operator is safe with them.
using Guard = void (*)(const c10::FunctionSchema& schema, const torch::jit::Stack& stack);

// The guard of an operator, or null, as for nearly all of them.
Guard find_guard(const c10::OperatorHandle& handle);

}  // namespace apprentice
