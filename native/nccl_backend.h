// NCCL's part of a process group: collectives between GPUs.
#pragma once

#include <c10/util/intrusive_ptr.h>
#include <torch/csrc/distributed/c10d/Backend.hpp>
#include <torch/csrc/distributed/c10d/Store.hpp>

#include <chrono>

namespace apprentice {

// A backend for CUDA tensors, to be set on a process group with BackendType::NCCL. An error if this libtorch has no NCCL,
// or there is no GPU. Call shutdown() on it before the group goes: the object itself stays until the process ends.
c10::intrusive_ptr<c10d::Backend> make_nccl(const c10::intrusive_ptr<c10d::Store>& store, int rank, int size,
                                            std::chrono::milliseconds timeout);

}  // namespace apprentice
