// TorchScript: modules that are loaded from a file and run by libtorch's interpreter.

#include "operators.h"
#include "random.h"
#include "script_recording.h"
#include "script_values.h"
#include "values.h"

#include <ATen/core/jit_type.h>
#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/passes/inliner.h>
#include <torch/csrc/jit/runtime/jit_exception.h>
#include <torch/csrc/jit/runtime/print_handler.h>
#include <torch/csrc/jit/serialization/import.h>

#include <algorithm>
#include <mutex>
#include <sstream>

using namespace apprentice;

namespace {

// Every tensor that a module has, by name: parameters, then buffers.
template <class Visit>
void for_each_tensor(const torch::jit::Module& module, Visit&& visit) {
  for (const auto& named : module.named_parameters()) {
    if (named.value.defined()) visit(named.name, named.value, false);
  }
  for (const auto& named : module.named_buffers()) {
    if (named.value.defined()) visit(named.name, named.value, true);
  }
}

// Whether a graph's operators draw random numbers where they are given no generator.
Draws draws_of(torch::jit::Block* block) {
  Draws result = Draws::no;
  for (torch::jit::Node* node : block->nodes()) {
    for (torch::jit::Block* inner : node->blocks()) result = std::max(result, draws_of(inner));
    const c10::FunctionSchema* schema = node->maybeSchema();
    if (schema == nullptr) continue;
    const auto op = c10::Dispatcher::singleton().findSchema(schema->operator_name());
    if (!op || !may_draw(*op)) continue;
    std::optional<c10::IValue> known;
    const auto argument = [&](size_t i) -> const c10::IValue* {
      known = i < node->inputs().size() ? torch::jit::toIValue(node->input(i)) : std::nullopt;
      return known ? &*known : nullptr;
    };
    result = std::max(result, draws(*schema, argument));
  }
  return result;
}

Draws draws_of(const torch::jit::Method& method) {
  const auto graph = torch::jit::toGraphFunction(method.function()).graph()->copy();
  torch::jit::Inline(*graph);
  return draws_of(graph->block());
}

struct ScriptMethod {
  torch::jit::Method method;
  Draws draws;
};

struct Script : Held {
  torch::jit::Module module;
  std::vector<ScriptMethod> methods;
  // The names of the modules in it.
  std::vector<std::string> modules;
  // What methods beyond its own run.
  std::vector<std::unique_ptr<torch::jit::GraphFunction>> recordings;

  void for_each_tensor(const std::function<void(const at::Tensor&)>& visit) const override {
    ::for_each_tensor(module, [&](const std::string&, const at::Tensor& tensor, bool) { visit(tensor); });
  }
};

Script& script(Context& c, double handle) {
  return static_cast<Script&>(c.held(handle, Kind::module, "TorchScript module"));
}

const ScriptMethod& method_at(const Script& script, uint32_t index) {
  if (index >= script.methods.size()) throw Failure(AP_ERROR_ARGUMENT, c10::str("there is no method number ", index));
  return script.methods[index];
}

std::vector<c10::IValue> read_arguments(Context& c, const c10::FunctionSchema& schema, uint32_t given) {
  ScriptReader reader(c);
  std::vector<c10::IValue> values;
  // The first is the module itself.
  for (size_t i = 1; i < schema.arguments().size(); i++) {
    const auto& argument = schema.arguments()[i];
    if (i > given || reader.absent()) {
      if (!argument.default_value()) {
        throw Failure(AP_ERROR_ARGUMENT, c10::str("argument ", i, " (", argument.name(), ") is missing"));
      }
      values.push_back(*argument.default_value());
      continue;
    }
    try {
      values.push_back(reader.read(argument.type()));
    } catch (const Failure& e) {
      if (e.code != AP_ERROR_ARGUMENT) throw;
      throw Failure(e.code, c10::str("argument ", i, " (", argument.name(), ") ", e.what()));
    }
  }
  if (given >= schema.arguments().size()) {
    throw Failure(AP_ERROR_ARGUMENT, c10::str("takes ", schema.arguments().size() - 1, " arguments, got ", given));
  }
  return values;
}

void ignore_print(const std::string&) {}

}  // namespace

// text: the file's path. The module belongs to no scope; ap_release_one lets go of it.
int32_t ap_script_load(uint32_t ctx, uint32_t text_bytes, uint32_t device) {
  return guarded(ctx, [&](Context& c) {
    // A module may print, which would tear a progress bar apart.
    static std::once_flag once;
    std::call_once(once, [] { torch::jit::setPrintHandler(ignore_print); });
    const std::string path = text_of(c, text_bytes);
    auto loaded = std::make_unique<Script>();
    // Where the code came from lies in pickles of its own, which nobody has checked; an error has its place in the code.
    loaded->module = torch::jit::load(path, device_from(device), /*load_debug_files=*/false);
    // libtorch's reader believes the sizes and strides that a file gives.
    for_each_tensor(loaded->module, [](const std::string& name, const at::Tensor& tensor, bool) {
      if (!within_memory(tensor)) throw Failure(AP_ERROR_VALUE, "the tensor " + name + " reaches beyond its data");
    });
    for (auto& method : loaded->module.get_methods()) {
      const Draws draws = draws_of(method);
      loaded->methods.push_back({std::move(method), draws});
    }
    for (const auto& named : loaded->module.named_modules()) {
      if (!named.name.empty()) loaded->modules.push_back(named.name);
    }
    const double handle = c.add(std::move(loaded), Kind::module);
    c.keep(handle);
    c.frame[0] = handle;
    return 1;
  });
}

// text: the method's schema; nothing beyond the last method
int32_t ap_script_method(uint32_t ctx, double module, uint32_t index) {
  return guarded(ctx, [&](Context& c) -> int32_t {
    const Script& found = script(c, module);
    if (index >= found.methods.size()) return 0;
    return put_text(c, c10::str(found.methods[index].method.function().getSchema()));
  });
}

// text: the name of a module in the module; nothing beyond the last one
int32_t ap_script_module(uint32_t ctx, double module, uint32_t index) {
  return guarded(ctx, [&](Context& c) -> int32_t {
    const Script& found = script(c, module);
    return index < found.modules.size() ? put_text(c, found.modules[index]) : 0;
  });
}

// text: names of modules in the module, a line each; returns the number of a method that does what `forward` does and
// returns, after the result, a list for each name of what that module returned
int32_t ap_script_record(uint32_t ctx, double module, uint32_t text_bytes) {
  return guarded(ctx, [&](Context& c) {
    Script& found = script(c, module);
    std::vector<std::string> names;
    std::istringstream lines(text_of(c, text_bytes));
    for (std::string name; std::getline(lines, name);) names.push_back(name);
    auto function = recording(found.module, names);
    torch::jit::Method method(found.module._ivalue(), function.get());
    const Draws draws = draws_of(method);
    found.recordings.push_back(std::move(function));
    found.methods.push_back({std::move(method), draws});
    return static_cast<int32_t>(found.methods.size() - 1);
  });
}

// frame: the arguments as values; back comes the result as one value
int32_t ap_script_run(uint32_t ctx, double module, uint32_t method, uint32_t arguments) {
  return guarded(ctx, [&](Context& c) {
    const Script& whole = script(c, module);
    const ScriptMethod& found = method_at(whole, method);
    auto values = read_arguments(c, found.method.function().getSchema(), arguments);
    const bool drawing = found.draws == Draws::yes || (found.draws == Draws::in_training && whole.module.is_training());
    c10::IValue result;
    {
      std::optional<Drawing> own;
      if (drawing) own.emplace(c);
      result = found.method(std::move(values));
    }
    ScriptWriter writer(c);
    writer.write(result);
    return writer.finish();
  });
}

// Parameters and buffers from number `first` on, as many as fit. frame: how many there are in all, then for each
// its handle, 1 if it is a buffer, and its name's length; the names follow each other in the text.
int32_t ap_script_tensors(uint32_t ctx, double module, uint32_t first) {
  return guarded(ctx, [&](Context& c) {
    uint32_t index = 0;
    int32_t written = 0;
    size_t at = 1;
    size_t text_at = 0;
    bool full = false;
    for_each_tensor(script(c, module).module, [&](const std::string& name, const at::Tensor& tensor, bool buffer) {
      if (index++ < first || full) return;
      full = at + 3 > AP_FRAME_SLOTS || name.size() > AP_TEXT_BYTES - text_at;
      if (full) return;
      name.copy(c.text + text_at, name.size());
      text_at += name.size();
      c.frame[at++] = c.add(at::Tensor(tensor));
      c.frame[at++] = buffer ? 1 : 0;
      c.frame[at++] = static_cast<double>(name.size());
      written++;
    });
    c.frame[0] = index;
    return written;
  });
}

// -1 leaves the device or the dtype as it is; tensors of whole numbers keep their dtype
int32_t ap_script_to(uint32_t ctx, double module, int32_t device, int32_t dtype) {
  return guarded(ctx, [&](Context& c) {
    const auto wanted = dtype < 0 ? at::ScalarType::Undefined : scalar_type_from(dtype);
    const c10::AutoGradMode no_grad(false);
    // All first, then all set: what cannot be moved leaves the module as it was.
    std::vector<std::pair<at::Tensor, at::Tensor>> moved;
    for_each_tensor(script(c, module).module, [&](const std::string&, const at::Tensor& tensor, bool) {
      const bool cast = wanted != at::ScalarType::Undefined && tensor.is_floating_point();
      const c10::Device where = device < 0 ? tensor.device() : device_from(static_cast<uint32_t>(device));
      moved.emplace_back(tensor, tensor.detach().to(where, cast ? wanted : tensor.scalar_type()));
    });
    for (auto& [tensor, value] : moved) tensor.set_data(value);
    return 0;
  });
}

// mode: 0 evaluation, 1 training, -1 only ask; returns what it was
int32_t ap_script_train(uint32_t ctx, double module, int32_t mode) {
  return guarded(ctx, [&](Context& c) {
    torch::jit::Module& found = script(c, module).module;
    // One that was frozen has no mode: it computes as in evaluation, whatever is_training() says then.
    const bool has_mode = found.hasattr("training");
    if (!has_mode && mode > 0) throw Failure(AP_ERROR_ARGUMENT, "the module was frozen in evaluation mode");
    const bool before = has_mode && found.is_training();
    if (mode >= 0) found.train(mode != 0);
    return before ? 1 : 0;
  });
}
