// Tracing: what a thread computes, recorded by libtorch as a graph of operators.

#include "script_values.h"

#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/frontend/tracer.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/passes/fixup_trace_scope_blocks.h>
#include <torch/csrc/jit/passes/normalize_ops.h>

#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <sstream>

using namespace apprentice;

namespace tracer = torch::jit::tracer;

using torch::jit::Block;
using torch::jit::Node;
using torch::jit::Value;

namespace {

// What the passes of libtorch call the module that is traced.
const std::string kRoot = "__module";

struct Trace : Held {
  ~Trace() override { stop(); }

  bool running() const { return tracer::getTracingState() == state; }
  void stop() const {
    if (running()) tracer::setTracingState(nullptr);
  }

  std::shared_ptr<tracer::TracingState> state;
  torch::jit::Module module;
  // Modules by their dotted names, with the values that stand for them.
  std::unordered_map<std::string, std::pair<torch::jit::Module, Value*>> modules;
  // In the order of the computation, once it has ended.
  std::vector<Node*> nodes;
  // How many forwards have begun and not ended.
  uint32_t depth = 0;
  // The batch of the first input, once something was made a multiple of it.
  Value* batch = nullptr;
  bool written = false;
};

Trace& trace_at(Context& c, double handle) { return static_cast<Trace&>(c.held(handle, Kind::trace, "trace")); }

Trace& running_trace(Context& c, double handle) {
  Trace& found = trace_at(c, handle);
  if (!found.running()) throw Failure(AP_ERROR_ARGUMENT, "this trace has ended");
  return found;
}

Trace& ended_trace(Context& c, double handle) {
  Trace& found = trace_at(c, handle);
  if (found.running()) throw Failure(AP_ERROR_ARGUMENT, "this trace has not ended");
  if (found.written) throw Failure(AP_ERROR_ARGUMENT, "this trace was written to a file already");
  return found;
}

// What belongs to the module is known before anything is computed.
void check_unbegun(const Trace& trace) {
  if (trace.depth > 0) throw Failure(AP_ERROR_ARGUMENT, "a module's forward has begun already");
}

torch::jit::Module make_module(const std::string& name, const std::shared_ptr<torch::jit::CompilationUnit>& unit) {
  torch::jit::Module made(c10::QualifiedName("__torch__." + name), unit, /*shouldMangle=*/true);
  // What `eval()` of the file's reader sets.
  made.register_attribute("training", c10::BoolType::get(), false);
  return made;
}

// A value that stands for an attribute of the module until modules have functions of their own.
Value* attribute(Trace& trace, const std::string& name, const c10::TypePtr& type) {
  torch::jit::Graph& graph = *trace.state->graph;
  Node* node = graph.insertNode(graph.create(c10::prim::TracedAttr));
  node->s_(c10::attr::scope, kRoot + "." + name);
  return node->output()->setType(type);
}

// The module of a dotted name, made with those that it lies in where they are not there yet.
torch::jit::Module& module_named(Trace& trace, const std::string& name, const std::string& type = "Module") {
  const auto found = trace.modules.find(name);
  if (found != trace.modules.end()) return found->second.first;
  const size_t dot = name.rfind('.');
  torch::jit::Module& owner = module_named(trace, dot == std::string::npos ? "" : name.substr(0, dot));
  const torch::jit::Module made = make_module(type, trace.module._ivalue()->compilation_unit());
  owner.register_module(dot == std::string::npos ? name : name.substr(dot + 1), made);
  Value* value = attribute(trace, name, made.type());
  trace.state->setValue(made._ivalue(), value);
  return trace.modules.emplace(name, std::make_pair(made, value)).first->second.first;
}

void list_nodes(Block* block, std::vector<Node*>& nodes) {
  for (Node* node : block->nodes()) {
    nodes.push_back(node);
    for (Block* inner : node->blocks()) list_nodes(inner, nodes);
  }
}

// The dotted name of the innermost module that computes a node.
std::string module_of(const Node* node) {
  const Node* owner = node->owningBlock()->owningNode();
  if (owner == nullptr || owner->kind() != c10::prim::TracedModuleForward) return "";
  const std::string& scope = owner->s(c10::attr::scope);
  return scope.size() > kRoot.size() ? scope.substr(kRoot.size() + 1) : "";
}

c10::IValue tuple(std::vector<c10::IValue> values) { return c10::ivalue::Tuple::create(std::move(values)); }

c10::List<int64_t> uniques(at::ArrayRef<Value*> values) {
  c10::List<int64_t> list;
  for (const Value* value : values) list.push_back(static_cast<int64_t>(value->unique()));
  return list;
}

// A value as its number, dtype and sizes; the last two none where they are not known.
c10::IValue described(const Value* value) {
  c10::IValue dtype;
  c10::IValue sizes;
  if (const auto tensor = value->type()->cast<c10::TensorType>()) {
    if (tensor->scalarType()) dtype = static_cast<int64_t>(*tensor->scalarType());
    if (const auto known = tensor->sizes().concrete_sizes()) sizes = c10::List<int64_t>(*known);
  }
  return tuple({static_cast<int64_t>(value->unique()), dtype, sizes});
}

// The value of a constant: an int that a double cannot hold as a float.
c10::IValue constant(const Node* node) {
  if (node->kind() != c10::prim::Constant) return {};
  const auto value = torch::jit::toIValue(node->output());
  if (!value) return {};
  if (value->isInt() && std::abs(static_cast<double>(value->toInt())) > 9007199254740991.0) {
    return static_cast<double>(value->toInt());
  }
  return *value;
}

}  // namespace

// text: the name of the module's class. frame: the inputs' handles; back comes the trace's handle. Whatever this thread
// computes from now on is recorded, until ap_trace_end. The trace belongs to no scope.
int32_t ap_trace_begin(uint32_t ctx, uint32_t inputs, uint32_t text_bytes) {
  return guarded(ctx, [&](Context& c) {
    if (tracer::isTracing()) throw Failure(AP_ERROR_ARGUMENT, "this thread is tracing already");
    c.check_count(inputs);
    auto trace = std::make_unique<Trace>();
    trace->module = make_module(text_of(c, text_bytes), std::make_shared<torch::jit::CompilationUnit>());
    trace->state = std::make_shared<tracer::TracingState>();
    trace->state->warn = false;
    trace->state->enterFrame();
    torch::jit::Graph& graph = *trace->state->graph;
    Value* self = graph.addInput("self")->setType(trace->module.type());
    trace->state->setValue(trace->module._ivalue(), self);
    trace->modules.emplace("", std::make_pair(trace->module, self));
    size_t at = 0;
    for (uint32_t i = 0; i < inputs; i++) {
      const at::Tensor& tensor = c.tensor(c.number(at));
      Value* value = graph.addInput(inputs == 1 ? "images" : c10::str("input", i + 1));
      value->inferTypeFrom(tensor);
      trace->state->setValue(tensor, value);
    }
    const auto state = trace->state;
    const double handle = c.add(std::move(trace), Kind::trace);
    c.keep(handle);
    tracer::setTracingState(state);
    c.frame[0] = handle;
    return 1;
  });
}

// text: the dotted name of a parameter or buffer of the module that is traced
int32_t ap_trace_parameter(uint32_t ctx, double trace, double tensor, uint32_t buffer, uint32_t text_bytes) {
  return guarded(ctx, [&](Context& c) {
    Trace& found = running_trace(c, trace);
    check_unbegun(found);
    const at::Tensor& value = c.tensor(tensor);
    const std::string name = text_of(c, text_bytes);
    const size_t dot = name.rfind('.');
    torch::jit::Module& owner = module_named(found, dot == std::string::npos ? "" : name.substr(0, dot));
    owner.register_parameter(dot == std::string::npos ? name : name.substr(dot + 1), value, buffer != 0);
    found.state->setValue(value, attribute(found, name, c10::TensorType::get()));
    return 0;
  });
}

// text: the dotted name of a module. step 2 makes it known, which has to be done before anything is computed, with the name
// of its class in a second line; 1 begins its forward, and 0, without a name, ends the forward that began last.
int32_t ap_trace_module(uint32_t ctx, double trace, uint32_t step, uint32_t text_bytes) {
  return guarded(ctx, [&](Context& c) {
    Trace& found = running_trace(c, trace);
    if (step == 0) {
      if (found.depth == 0) throw Failure(AP_ERROR_ARGUMENT, "no module's forward has begun");
      found.depth--;
      return found.state->graph->pop_scope(), 0;
    }
    const std::string name = text_of(c, text_bytes);
    if (step == 2) {
      check_unbegun(found);
      const size_t line = std::min(name.find('\n'), name.size());
      const std::string type = name.substr(std::min(line + 1, name.size()));
      return module_named(found, name.substr(0, line), type.empty() ? "Module" : type), 0;
    }
    if (found.modules.count(name) == 0) throw Failure(AP_ERROR_ARGUMENT, "the trace has no module named " + name);
    found.depth++;
    found.state->graph->push_scope(name.empty() ? kRoot : kRoot + "." + name);
    return 0;
  });
}

// frame: the outputs' handles; without any the trace is given up. Returns the number of nodes.
int32_t ap_trace_end(uint32_t ctx, double trace, uint32_t outputs) {
  return guarded(ctx, [&](Context& c) {
    Trace& found = running_trace(c, trace);
    // Also where an output is none: but not before libtorch was asked for them, as it looks at what is running.
    const std::unique_ptr<Trace, void (*)(Trace*)> stopped(&found, [](Trace* ending) { ending->stop(); });
    c.check_count(outputs);
    torch::jit::Graph& graph = *found.state->graph;
    size_t at = 0;
    for (uint32_t i = 0; i < outputs; i++) {
      const at::Tensor& tensor = c.tensor(c.number(at));
      if (!found.state->hasValue(tensor)) {
        throw Failure(AP_ERROR_ARGUMENT, c10::str("output ", i + 1, " was not computed while this was traced"));
      }
      graph.registerOutput(found.state->getValue(tensor));
    }
    list_nodes(graph.block(), found.nodes);
    return static_cast<int32_t>(found.nodes.size());
  });
}

// A node as one value: kind; the module that computes it; the attribute that it stands for, or none; numbers of the
// values that it takes; number, dtype and sizes of each that it makes; its value if it is a constant. The node after
// the last one has the inputs and the outputs of the whole graph as its own, the module itself left out.
int32_t ap_trace_node(uint32_t ctx, double trace, uint32_t index) {
  return guarded(ctx, [&](Context& c) -> int32_t {
    const Trace& found = ended_trace(c, trace);
    if (index > found.nodes.size()) throw Failure(AP_ERROR_ARGUMENT, c10::str("there is no node number ", index));
    torch::jit::Graph& graph = *found.state->graph;
    const bool whole = index == found.nodes.size();
    const Node* node = whole ? graph.return_node() : found.nodes[index];
    std::vector<c10::IValue> made;
    for (const Value* value : whole ? graph.inputs().slice(1) : const_cast<Node*>(node)->outputs()) {
      made.push_back(described(value));
    }
    const bool named = node->kind() == c10::prim::TracedAttr;
    ScriptWriter writer(c);
    writer.write(tuple({node->kind().toQualString(), module_of(node),
                        named ? c10::IValue(node->s(c10::attr::scope).substr(kRoot.size() + 1)) : c10::IValue(),
                        uniques(const_cast<Node*>(node)->inputs()), tuple(std::move(made)), constant(node)}));
    return writer.finish();
  });
}

// Puts `factor` times the batch of the first input in the place of a constant.
int32_t ap_trace_scale(uint32_t ctx, double trace, uint32_t index, double factor) {
  return guarded(ctx, [&](Context& c) {
    Trace& found = ended_trace(c, trace);
    if (!(factor >= 1 && factor <= 9007199254740991.0)) throw Failure(AP_ERROR_ARGUMENT, "the factor is no size");
    Node* node = index < found.nodes.size() ? found.nodes[index] : nullptr;
    if (node == nullptr || node->kind() != c10::prim::Constant || !node->output()->type()->isSubtypeOf(*c10::IntType::get())) {
      throw Failure(AP_ERROR_ARGUMENT, c10::str("node number ", index, " is no whole number"));
    }
    torch::jit::Graph& graph = *found.state->graph;
    if (found.batch == nullptr) {
      const torch::jit::WithInsertPoint first(*graph.block()->nodes().begin());
      found.batch = graph.insert(c10::aten::size, {graph.inputs().at(1), 0});
    }
    const torch::jit::WithInsertPoint here(node);
    Value* value = factor == 1 ? found.batch : graph.insert(c10::aten::mul, {found.batch, static_cast<int64_t>(factor)});
    node->output()->replaceAllUsesWith(value);
    return 0;
  });
}

// frame: back comes a tensor of the bytes of a TorchScript file. The trace cannot be used afterwards.
int32_t ap_trace_script(uint32_t ctx, double trace) {
  return guarded(ctx, [&](Context& c) {
    Trace& found = ended_trace(c, trace);
    auto graph = found.state->graph;
    if (graph->outputs().empty()) throw Failure(AP_ERROR_ARGUMENT, "this trace was given up");
    found.written = true;
    if (graph->outputs().size() > 1) {
      const std::vector<Value*> results = graph->outputs().vec();
      Value* all = graph->appendNode(graph->createTuple(results))->output();
      for (size_t i = 0; i < results.size(); i++) graph->eraseOutput(0);
      graph->registerOutput(all);
    }
    found.nodes.clear();
    torch::jit::FixupTraceScopeBlocks(graph, &found.module);
    torch::jit::NormalizeOps(graph);
    torch::jit::EliminateDeadCode(graph);
    auto* forward = found.module._ivalue()->compilation_unit()->create_function(
        c10::QualifiedName(*found.module.type()->name(), "forward"), graph);
    found.module.type()->addMethod(forward);
    // Into memory: what libtorch writes files with ends the process where a disk is full.
    std::ostringstream file;
    found.module.save(file);
    const std::string bytes = std::move(file).str();
    at::Tensor values = at::empty({static_cast<int64_t>(bytes.size())}, at::kByte);
    std::memcpy(values.mutable_data_ptr(), bytes.data(), bytes.size());
    c.frame[0] = c.add(std::move(values));
    return 1;
  });
}
