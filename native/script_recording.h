#pragma once

#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/api/module.h>

#include <memory>
#include <string>
#include <vector>

namespace apprentice {

// A function that does what the module's `forward` does and returns a tuple: the result, and for each name a list of what
// the module of that name in it returned, call by call. A name is as in `named_modules()`.
std::unique_ptr<torch::jit::GraphFunction> recording(const torch::jit::Module& module,
                                                     const std::vector<std::string>& names);

}  // namespace apprentice
