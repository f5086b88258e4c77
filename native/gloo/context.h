// The names that c10d's header of its Gloo backend mentions: see README.md beside this file.
#pragma once

#include <chrono>

namespace gloo {

class Context {
 public:
  void setTimeout(std::chrono::milliseconds timeout);
};

}  // namespace gloo
