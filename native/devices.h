// Which devices there are.
#pragma once

#include "context.h"

namespace apprentice {

bool has_cuda();

// How many there are: 0 without a CUDA libtorch, a driver or a card.
int cuda_devices();

// The device of a number of the frame; "cuda" without an index is the current one. An error if it is not there.
c10::Device concrete_device(uint32_t code);

// The same for what only a GPU has; `what` begins the sentence that refuses the CPU.
c10::Device cuda_device(uint32_t code, const char* what);

}  // namespace apprentice
