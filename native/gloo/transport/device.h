// The names that c10d's header of its Gloo backend mentions: see README.md beside this file.
#pragma once

namespace gloo::transport {

class Device;

class UnboundBuffer {
 public:
  virtual ~UnboundBuffer();
};

}  // namespace gloo::transport
