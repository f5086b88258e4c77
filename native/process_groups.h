// Processes that work together, as c10d has them: stores, groups, the reducer of gradients.
#pragma once

#include "context.h"

#include <torch/csrc/distributed/c10d/ProcessGroup.hpp>
#include <torch/csrc/distributed/c10d/Store.hpp>

#include <chrono>
#include <cmath>

namespace apprentice {

struct HeldStore : Held {
  c10::intrusive_ptr<c10d::Store> store;
  // How long it may take to answer, and whether it once did not.
  std::chrono::milliseconds patience{10000};
  bool silent = false;
};

struct HeldGroup : Held {
  ~HeldGroup() override;

  c10::intrusive_ptr<c10d::ProcessGroup> group;
  c10::intrusive_ptr<c10d::Backend> gloo;
  // What carries CUDA tensors, if anything does.
  c10::intrusive_ptr<c10d::Backend> nccl;
  // By which c10d's operators find it.
  std::string name;
};

// What a caller gives in seconds.
std::chrono::milliseconds time_from(double seconds);

HeldGroup& group_at(Context& c, double handle);

// The tensors of all processes, which are alike, joined along their first dimension.
at::Tensor joined(c10d::ProcessGroup& group, const at::Tensor& part);

}  // namespace apprentice
