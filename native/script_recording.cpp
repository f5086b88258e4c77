// Which values modules return, in the graph of a module that calls them.

#include "script_recording.h"

#include "context.h"

#include <torch/csrc/jit/ir/ir.h>

#include <algorithm>
#include <unordered_map>

namespace apprentice {

namespace {

using torch::jit::Block;
using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Value;

// Tracing calls a module's later calls forward1, forward2, …
bool is_forward(const std::string& method) {
  return method.rfind("forward", 0) == 0 &&
         std::all_of(method.begin() + 7, method.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool lies_in(const std::string& name, const std::string& module) {
  return module.empty() || (name.size() > module.size() && name[module.size()] == '.' &&
                            name.compare(0, module.size(), module) == 0);
}

class Recorder {
 public:
  Recorder(Graph& graph, const std::vector<std::string>& names) : graph_(graph), names_(names) {}

  void record() {
    for (size_t i = 0; i < names_.size(); i++) {
      lists_.push_back(graph_.prependNode(graph_.createList(c10::AnyType::get(), {}))->output());
    }
    modules_[graph_.inputs().at(0)] = "";
    visit(graph_.block());
    std::vector<Value*> results{graph_.outputs().at(0)};
    results.insert(results.end(), lists_.begin(), lists_.end());
    Value* tuple = graph_.appendNode(graph_.createTuple(results))->output();
    graph_.eraseOutput(0);
    graph_.registerOutput(tuple);
  }

 private:
  void visit(Block* block) {
    for (Node* node = block->return_node()->next(); node != block->return_node();) {
      Node* before = node->prev();
      if (node->kind() == c10::prim::GetAttr) {
        name_module(node);
      } else if (node->kind() == c10::prim::CallMethod && visit_call(node)) {
        // What it calls stands in its place now.
        node = before->next();
        continue;
      } else {
        for (Block* inner : node->blocks()) visit(inner);
      }
      node = node->next();
    }
  }

  void name_module(Node* node) {
    const auto owner = modules_.find(node->input(0));
    const auto type = node->output()->type()->cast<c10::ClassType>();
    if (owner == modules_.end() || !type || !type->is_module()) return;
    const std::string& own = node->s(c10::attr::name);
    modules_[node->output()] = owner->second.empty() ? own : owner->second + "." + own;
  }

  // Whether the call was replaced by what it calls, since a module that is wanted may be called there.
  bool visit_call(Node* node) {
    const auto found = modules_.find(node->input(0));
    const auto type = node->input(0)->type()->cast<c10::ClassType>();
    if (found == modules_.end() || !type) return false;
    const std::string module = found->second;
    const std::string& method = node->s(c10::attr::name);
    for (size_t i = 0; i < names_.size(); i++) {
      if (names_[i] == module && is_forward(method)) append(lists_[i], node);
    }
    const bool leads = std::any_of(names_.begin(), names_.end(),
                                   [&](const std::string& name) { return lies_in(name, module); });
    auto* function = leads ? torch::jit::tryToGraphFunction(type->getMethod(method)) : nullptr;
    if (function == nullptr) return false;
    // Not the optimized graph, in which nothing is called any more.
    torch::jit::inlineCallTo(node, function, function->graph().get());
    return true;
  }

  void append(Value* list, Node* call) {
    const torch::jit::WithInsertPoint after(call->next());
    Value* value = call->output();
    // What follows may change it in place.
    if (value->type()->isSubtypeOf(*c10::TensorType::get())) value = graph_.insert(c10::aten::clone, {value});
    graph_.insert(c10::aten::append, {list, value});
  }

  Graph& graph_;
  const std::vector<std::string>& names_;
  std::vector<Value*> lists_;
  std::unordered_map<const Value*, std::string> modules_;
};

}  // namespace

std::unique_ptr<torch::jit::GraphFunction> recording(const torch::jit::Module& module,
                                                     const std::vector<std::string>& names) {
  const auto method = module.find_method("forward");
  if (!method) throw Failure(AP_ERROR_ARGUMENT, "the module has no method forward");
  const auto graph = torch::jit::toGraphFunction(method->function()).graph()->copy();
  Recorder(*graph, names).record();
  auto made = std::make_unique<torch::jit::GraphFunction>(c10::QualifiedName("recording"), graph, nullptr);
  made->setSchema(c10::FunctionSchema("recording", "", method->function().getSchema().arguments(),
                                      {c10::Argument("", graph->outputs().at(0)->type())}));
  return made;
}

}  // namespace apprentice
