// Streams and events, by libtorch's interface that all its devices share: no CUDA headers.
#pragma once

#include "context.h"

#include <c10/core/Stream.h>

namespace apprentice {

struct HeldStream : Held {
  explicit HeldStream(c10::Stream stream) : stream(stream) {}
  const c10::Stream stream;
};

// The stream of a handle.
c10::Stream stream_of(Context& context, double handle);

}  // namespace apprentice
