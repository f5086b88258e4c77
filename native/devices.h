// Which devices there are.
#pragma once

#include "context.h"

namespace apprentice {

bool has_cuda();

// The device of a number of the frame; "cuda" without an index is the current one. An error if it is not there.
c10::Device concrete_device(uint32_t code);

}  // namespace apprentice
