#include "operators.h"

#include "random.h"
#include "values.h"

#include <ATen/core/List.h>
#include <ATen/core/jit_type.h>
#include <ATen/core/stack.h>

#include <c10/util/SmallVector.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace apprentice {

namespace {

// Guards the finding of operators. Calling them needs no lock: an entry, once set, stays as it is.
std::mutex operators_mutex;
constexpr uint32_t kMaxOperators = 1u << 16;
std::atomic<const Operator*> operators[kMaxOperators];
uint32_t operators_count = 0;
std::unordered_map<std::string, uint32_t> operators_by_name;

char lower(char kind) { return static_cast<char>(kind - 'A' + 'a'); }

char kind_of(const c10::TypePtr& type) {
  switch (type->kind()) {
    case c10::TypeKind::TensorType: return 'T';
    case c10::TypeKind::NumberType: return 'S';
    case c10::TypeKind::IntType: return 'I';
    case c10::TypeKind::SymIntType: return 'N';
    case c10::TypeKind::FloatType: return 'F';
    case c10::TypeKind::BoolType: return 'B';
    case c10::TypeKind::StringType: return 'H';
    // Such as a process group, which its name stands for.
    case c10::TypeKind::AnyType: return 'H';
    case c10::TypeKind::ScalarTypeType: return 'Y';
    case c10::TypeKind::LayoutType: return 'O';
    case c10::TypeKind::MemoryFormatType: return 'M';
    case c10::TypeKind::DeviceObjType: return 'V';
    case c10::TypeKind::GeneratorType: return 'G';
    case c10::TypeKind::OptionalType: {
      const char inner = kind_of(type->castRaw<c10::OptionalType>()->getElementType());
      return inner == '?' ? '?' : lower(inner);
    }
    case c10::TypeKind::ListType:
      switch (kind_of(type->castRaw<c10::ListType>()->getElementType())) {
        case 'T': return 'L';
        case 't': return 'J';
        case 'I': return 'A';
        case 'N': return 'X';
        case 'F': return 'D';
        case 'B': return 'C';
        case 'S': return 'R';
        default: return '?';
      }
    default: return '?';
  }
}

// Which argument a result is the same tensor as, or -1.
int written_argument(const c10::FunctionSchema& schema, const c10::Argument& result) {
  const c10::AliasInfo* alias = result.alias_info();
  if (alias == nullptr || !alias->isWrite()) return -1;
  for (size_t i = 0; i < schema.arguments().size(); i++) {
    const c10::AliasInfo* other = schema.arguments()[i].alias_info();
    if (other != nullptr && other->isWrite() && other->beforeSets() == alias->beforeSets()) return static_cast<int>(i);
  }
  return -1;
}

std::string kinds_of(const c10::FunctionSchema& schema) {
  std::string kinds;
  for (const auto& argument : schema.arguments()) kinds += kind_of(argument.real_type());
  kinds += '>';
  for (const auto& result : schema.returns()) {
    kinds += written_argument(schema, result) >= 0 ? '!' : kind_of(result.real_type());
  }
  return kinds;
}

// Composite operators are left out: they may return a view or the argument itself without saying so in their
// schema. matmul and linear are composite, too, and never do.
bool is_functional(const c10::OperatorHandle& handle) {
  const c10::FunctionSchema& schema = handle.schema();
  for (const auto& argument : schema.arguments()) {
    if (argument.alias_info() != nullptr) return false;
  }
  for (const auto& result : schema.returns()) {
    if (result.alias_info() != nullptr) return false;
  }
  if (handle.operator_name().name == "aten::matmul" || handle.operator_name().name == "aten::linear") return true;
  return !handle.hasKernelForDispatchKey(c10::DispatchKey::CompositeImplicitAutograd);
}

// libtorch takes these numbers as they are, and crashes or loops over ones that name nothing.
int64_t enumerated(int64_t value, int64_t count, const char* what) {
  if (value < 0 || value >= count) throw Failure(AP_ERROR_ARGUMENT, c10::str(value, " is no ", what));
  return value;
}

at::Scalar scalar(Context& c, size_t& at) {
  bool open = false;
  const at::Scalar value = c.scalar(at, open);
  c.unsettled |= open;
  return value;
}

c10::IValue read(Context& c, char kind, size_t& at, size_t& text_at) {
  if (kind >= 'a' && kind <= 'z' && kind != 't' && kind != 'g') {
    return c.number(at) == 0 ? c10::IValue() : read(c, static_cast<char>(kind - 'a' + 'A'), at, text_at);
  }
  switch (kind) {
    case 'T': return c.tensor(c.number(at));
    case 't': {
      const double handle = c.number(at);
      return handle == 0 ? c10::IValue() : c10::IValue(c.tensor(handle));
    }
    case 'G': return c.generator(c.number(at));
    case 'g': {
      const double handle = c.number(at);
      return handle == 0 ? c10::IValue() : c10::IValue(c.generator(handle));
    }
    case 'S': return scalar(c, at);
    case 'F': return c.number(at);
    case 'B': return c.number(at) != 0;
    case 'I': return c.integer(at);
    case 'N': return c.symbolic(at);
    case 'Y': return static_cast<int64_t>(scalar_type_from(c.integer(at)));
    case 'O': return enumerated(c.integer(at), static_cast<int64_t>(c10::Layout::NumOptions), "layout");
    case 'M': return enumerated(c.integer(at), static_cast<int64_t>(c10::MemoryFormat::NumOptions), "memory format");
    case 'V': return device_from(c.integer(at));
    case 'H': return c.string(at, text_at);
    case 'L': {
      const size_t n = c.length(at);
      c10::List<at::Tensor> list;
      list.reserve(n);
      for (size_t i = 0; i < n; i++) list.push_back(c.tensor(c.number(at)));
      return list;
    }
    case 'J': {
      const size_t n = c.length(at);
      c10::List<std::optional<at::Tensor>> list;
      list.reserve(n);
      for (size_t i = 0; i < n; i++) {
        const double handle = c.number(at);
        list.push_back(handle == 0 ? std::optional<at::Tensor>() : std::optional<at::Tensor>(c.tensor(handle)));
      }
      return list;
    }
    case 'A':
    case 'X': {
      const size_t n = c.length(at);
      c10::List<int64_t> list;
      list.reserve(n);
      for (size_t i = 0; i < n; i++) list.push_back(kind == 'X' ? c.symbolic(at) : c.integer(at));
      return list;
    }
    case 'D': {
      const size_t n = c.length(at);
      c10::List<double> list;
      list.reserve(n);
      for (size_t i = 0; i < n; i++) list.push_back(c.number(at));
      return list;
    }
    case 'C': {
      const size_t n = c.length(at);
      c10::List<bool> list;
      list.reserve(n);
      for (size_t i = 0; i < n; i++) list.push_back(c.number(at) != 0);
      return list;
    }
    case 'R': {
      const size_t n = c.length(at);
      c10::impl::GenericList list(c10::NumberType::get());
      list.reserve(n);
      for (size_t i = 0; i < n; i++) list.push_back(c10::IValue(scalar(c, at)));
      return list;
    }
    default: throw Failure(AP_ERROR_OPERATOR, "this operator takes an argument of a type that cannot be passed from here");
  }
}

// Room for the results that come next, or an error.
void check_room(size_t count, size_t at) {
  if (count > AP_FRAME_SLOTS - at) throw Failure(AP_ERROR_ARGUMENT, "the results do not fit the frame");
}

void put(Context& c, double value, size_t& at) {
  check_room(1, at);
  c.frame[at++] = value;
}

double number_from(const at::Scalar& scalar) {
  if (scalar.isComplex()) throw Failure(AP_ERROR_OPERATOR, "a complex number cannot be returned from here");
  return scalar.isIntegral(true) ? static_cast<double>(scalar.toLong()) : scalar.toDouble();
}

// The results that have handles already, until all of them are in the frame.
struct Results {
  Context& c;
  c10::SmallVector<double, 8> handles;
  double add(at::Tensor&& tensor) {
    if (!tensor.defined()) return 0;
    handles.push_back(c.add(std::move(tensor)));
    return handles.back();
  }
  ~Results() {
    for (const double handle : handles) c.release(handle);
  }
};

void write(Results& results, char kind, c10::IValue&& value, size_t& at) {
  Context& c = results.c;
  switch (kind) {
    case 'T':
    case 't': {
      if (value.isNone()) return put(c, 0, at);
      return put(c, results.add(std::move(value).toTensor()), at);
    }
    case 'S': return put(c, number_from(value.toScalar()), at);
    case 'I':
    case 'N':
    case 'Y': return put(c, static_cast<double>(value.toInt()), at);
    case 'F': return put(c, value.toDouble(), at);
    case 'B': return put(c, value.toBool() ? 1 : 0, at);
    case 'L': {
      auto list = value.toTensorVector();
      put(c, static_cast<double>(list.size()), at);
      check_room(list.size(), at);
      for (auto& tensor : list) put(c, results.add(std::move(tensor)), at);
      return;
    }
    case 'A':
    case 'X': {
      auto list = value.toIntVector();
      put(c, static_cast<double>(list.size()), at);
      for (int64_t v : list) put(c, static_cast<double>(v), at);
      return;
    }
    default: throw Failure(AP_ERROR_OPERATOR, "this operator returns a type that cannot be passed from here");
  }
}

void settle_value(c10::IValue& value) {
  if (!value.isScalar()) return;
  at::Scalar scalar = value.toScalar();
  settle(scalar);
  value = scalar;
}

// Settles the arguments at the places `open`, unless a tensor among all of them is floating.
void settle_all(torch::jit::Stack& stack, const std::vector<size_t>& open) {
  bool tensors = false;
  for (const c10::IValue& value : stack) {
    if (value.isTensor()) {
      if (is_floating(value.toTensor())) return;
      tensors = true;
    } else if (value.isTensorList()) {
      for (const at::Tensor& tensor : value.toTensorVector()) {
        if (is_floating(tensor)) return;
      }
      tensors = true;
    }
  }
  if (!tensors) return;
  for (const size_t place : open) {
    if (stack[place].isList()) {
      // A list shares its elements with whoever holds it: nobody else holds this one.
      auto list = stack[place].toList();
      for (size_t i = 0; i < list.size(); i++) {
        c10::IValue element = list.get(i);
        if (element.isDouble() && is_open(element.toDouble())) settle_value(element);
        list.set(i, element);
      }
    } else {
      settle_value(stack[place]);
    }
  }
}

int32_t call_boxed(Context& c, const Operator& op, uint32_t given) {
  const c10::FunctionSchema& schema = op.handle.schema();
  torch::jit::Stack stack;
  stack.reserve(op.arguments);
  size_t at = 0;
  size_t text_at = 0;
  c.unsettled = false;
  std::vector<size_t> open;
  for (uint32_t i = 0; i < given; i++) {
    stack.push_back(read(c, op.kinds[i], at, text_at));
    if (C10_UNLIKELY(c.unsettled)) {
      open.push_back(i);
      c.unsettled = false;
    }
  }
  if (C10_UNLIKELY(!open.empty())) settle_all(stack, open);
  for (uint32_t i = given; i < op.arguments; i++) {
    const auto& argument = schema.arguments()[i];
    if (!argument.default_value()) {
      throw Failure(AP_ERROR_ARGUMENT, c10::str("argument ", i + 1, " (", argument.name(), ") is missing in ",
                                                schema));
    }
    stack.push_back(*argument.default_value());
  }
  if (op.guard != nullptr) op.guard(schema, stack);
  {
    std::optional<Drawing> own;
    if (op.draws && draws(schema, [&](size_t i) { return &stack[i]; }) != Draws::no) own.emplace(c);
    op.handle.callBoxed(stack);
  }
  size_t out = 0;
  Results results{c, {}};
  const char* kinds = op.kinds.c_str() + op.arguments + 1;
  for (size_t i = 0; kinds[i] != 0; i++) {
    // A result that is an argument written to keeps the handle that the caller has.
    if (kinds[i] != '!') write(results, kinds[i], std::move(stack[i]), out);
  }
  results.handles.clear();
  return static_cast<int32_t>(out);
}

// " in aten::add.Tensor(self: Float[2, 3], other: Float[4], alpha: 1)", for error messages.
std::string call_as_text(Context& c, const Operator& op, uint32_t given) {
  const c10::FunctionSchema& schema = op.handle.schema();
  std::string text = c10::str("\n  in ", op.handle.operator_name(), "(");
  try {
    size_t at = 0;
    size_t text_at = 0;
    for (uint32_t i = 0; i < given && i < op.arguments; i++) {
      const c10::IValue value = read(c, op.kinds[i], at, text_at);
      text += (i ? ", " : "") + schema.arguments()[i].name() + ": ";
      if (value.isTensor()) {
        text += describe(value.toTensor());
      } else if (value.isTensorList()) {
        text += "[";
        const auto list = value.toTensorVector();
        for (size_t k = 0; k < list.size() && k < 8; k++) text += (k ? ", " : "") + describe(list[k]);
        text += list.size() > 8 ? c10::str(", … ", list.size(), " tensors]") : "]";
      } else if (!value.isGenerator() && op.kinds[i] != 'J') {
        text += c10::str(value);
      } else {
        text += "…";
      }
    }
  } catch (...) {
    text += "…";
  }
  return text + ")";
}

// A resize that finds no memory has set the sizes already, and who reads the tensor next reads beyond its memory. It
// becomes empty instead.
void empty_what_has_no_memory(Context& c, const Operator& op, uint32_t given) {
  if (op.kinds.find('!') == std::string::npos) return;
  try {
    size_t at = 0;
    size_t text_at = 0;
    const auto mend = [](const at::Tensor& tensor) {
      if (tensor.defined() && !tensor.is_meta() && !within_memory(tensor)) {
        tensor.unsafeGetTensorImpl()->set_sizes_contiguous({0});
      }
    };
    for (uint32_t i = 0; i < given && i < op.arguments; i++) {
      const c10::IValue value = read(c, op.kinds[i], at, text_at);
      if (value.isTensor()) mend(value.toTensor());
      if (value.isTensorList()) {
        for (const at::Tensor& tensor : value.toTensorVector()) mend(tensor);
      }
    }
  } catch (...) {
    // An argument that cannot be read was not written to.
  }
}

const Operator& operator_at(uint32_t op) {
  const Operator* found = op < kMaxOperators ? operators[op].load(std::memory_order_acquire) : nullptr;
  if (C10_UNLIKELY(found == nullptr)) throw Failure(AP_ERROR_OPERATOR, c10::str("there is no operator number ", op));
  return *found;
}

}  // namespace

std::string describe(const at::Tensor& tensor) {
  if (!tensor.defined()) return "none";
  if (tensor.is_nested()) return c10::str(c10::toString(tensor.scalar_type()), "[nested]");
  const std::string sizes =
      tensor.dim() > 32 ? c10::str("[of ", tensor.dim(), " dimensions]") : c10::str(tensor.sizes());
  return c10::str(c10::toString(tensor.scalar_type()), sizes,
                  tensor.layout() == at::kStrided ? std::string() : c10::str(" ", tensor.layout()),
                  tensor.is_cpu() ? "" : " ", tensor.is_cpu() ? std::string() : tensor.device().str());
}

at::ScalarType scalar_type_from(int64_t value) {
  return static_cast<at::ScalarType>(
      enumerated(value, static_cast<int64_t>(at::ScalarType::Undefined), "dtype"));
}

}  // namespace apprentice

using namespace apprentice;

int32_t ap_op_find(uint32_t ctx, uint32_t text_bytes) {
  return guarded(ctx, [&](Context& c) -> int32_t {
    const std::string name = text_of(c, text_bytes);
    std::lock_guard<std::mutex> lock(operators_mutex);
    const auto found = operators_by_name.find(name);
    if (found != operators_by_name.end()) return static_cast<int32_t>(found->second);
    const size_t dot = name.find('.');
    const auto handle = c10::Dispatcher::singleton().findSchema(
        {name.substr(0, dot), dot == std::string::npos ? "" : name.substr(dot + 1)});
    if (!handle) throw Failure(AP_ERROR_OPERATOR, "libtorch has no operator " + name);
    const std::string kinds = kinds_of(handle->schema());
    // Numbers start at 1, so that 0 can mean "not looked up yet".
    const uint32_t id = operators_count + 1;
    if (id >= kMaxOperators) throw Failure(AP_ERROR_OPERATOR, "no more operators can be looked up");
    // Never freed: other threads may be calling it for as long as the process lives.
    auto* op = new Operator{*handle, kinds, static_cast<uint32_t>(handle->schema().arguments().size()),
                            is_functional(*handle), find_guard(*handle), may_draw(*handle), nullptr};
    // Those that draw or are guarded are looked at before they are called.
    if (!op->draws && op->guard == nullptr) op->unboxed = find_unboxed(kinds, *handle);
    operators_by_name.emplace(name, id);
    operators_count = id;
    operators[id].store(op, std::memory_order_release);
    return static_cast<int32_t>(id);
  });
}

int32_t ap_op_schema(uint32_t ctx, uint32_t op) {
  return guarded(ctx, [&](Context& c) {
    const Operator& found = operator_at(op);
    return put_text(c, c10::str(found.handle.schema(), "\n", found.kinds));
  });
}

int32_t ap_op_name(uint32_t ctx, uint32_t index) {
  return guarded(ctx, [&](Context& c) -> int32_t {
    thread_local std::vector<c10::OperatorName> names;
    if (index == 0) names = c10::Dispatcher::singleton().getAllOpNames();
    return index < names.size() ? put_text(c, c10::toString(names[index])) : 0;
  });
}

int32_t ap_op_call(uint32_t ctx, uint32_t op, uint32_t arguments) {
  Context* context = find_context(ctx);
  if (C10_UNLIKELY(context == nullptr)) return -AP_ERROR_CONTEXT;
  const Operator* found = nullptr;
  try {
    found = &operator_at(op);
    if (C10_LIKELY(found->unboxed != nullptr && arguments == found->arguments)) {
      return found->unboxed(*context, *found);
    }
    if (arguments > found->arguments) {
      throw Failure(AP_ERROR_ARGUMENT, c10::str(arguments, " arguments are too many for ", found->handle.schema()));
    }
    return call_boxed(*context, *found, arguments);
  } catch (...) {
    std::string where;
    if (found != nullptr) {
      where = call_as_text(*context, *found, arguments);
      empty_what_has_no_memory(*context, *found, arguments);
    }
    return report(*context, where);
  }
}
