// Values of TorchScript in the frame, as apprentice.h says they lie there.
#pragma once

#include "context.h"

#include <ATen/core/Dict.h>
#include <ATen/core/List.h>
#include <ATen/core/class_type.h>
#include <ATen/core/function_schema.h>
#include <ATen/core/jit_type.h>

namespace apprentice {

// Deeper ones are made to exhaust the stack.
constexpr int kDeepest = 64;

// Values in.
class ScriptReader {
 public:
  explicit ScriptReader(Context& c) : c_(c) {}

  bool absent() {
    size_t at = at_;
    if (kind(at) != AP_VALUE_ABSENT) return false;
    at_ = at;
    return true;
  }

  // The value that comes next, as the type that the method wants.
  c10::IValue read(const c10::TypePtr& type, int depth = 0) {
    if (depth > kDeepest) throw Failure(AP_ERROR_ARGUMENT, "the value is nested too deeply");
    switch (type->kind()) {
      case c10::TypeKind::OptionalType: {
        size_t at = at_;
        if (kind(at) == AP_VALUE_NONE) {
          at_ = at;
          return {};
        }
        return read(type->castRaw<c10::OptionalType>()->getElementType(), depth + 1);
      }
      case c10::TypeKind::AnyType:
      case c10::TypeKind::UnionType: {
        c10::IValue value = natural(depth);
        if (!value.type()->isSubtypeOf(*type)) wrong(type);
        return value;
      }
      case c10::TypeKind::NoneType: return take(AP_VALUE_NONE, type), c10::IValue();
      case c10::TypeKind::TensorType: return take(AP_VALUE_TENSOR, type), c10::IValue(c_.tensor(c_.number(at_)));
      case c10::TypeKind::BoolType: return take(AP_VALUE_BOOL, type), c10::IValue(c_.number(at_) != 0);
      case c10::TypeKind::IntType: return take(AP_VALUE_NUMBER, type), c10::IValue(c_.integer(at_));
      case c10::TypeKind::FloatType: return take(AP_VALUE_NUMBER, type), c10::IValue(c_.number(at_));
      case c10::TypeKind::NumberType: return take(AP_VALUE_NUMBER, type), c10::IValue(number());
      case c10::TypeKind::StringType: return take(AP_VALUE_STRING, type), c10::IValue(c_.string(at_, text_at_));
      case c10::TypeKind::DeviceObjType:
        return take(AP_VALUE_STRING, type), c10::IValue(c10::Device(c_.string(at_, text_at_)));
      case c10::TypeKind::ListType: {
        take(AP_VALUE_LIST, type);
        const auto element = type->castRaw<c10::ListType>()->getElementType();
        c10::impl::GenericList list(element);
        for (size_t n = c_.length(at_); n > 0; n--) list.push_back(read(element, depth + 1));
        return list;
      }
      case c10::TypeKind::TupleType: {
        take(AP_VALUE_LIST, type);
        const auto elements = type->castRaw<c10::TupleType>()->elements();
        if (c_.length(at_) != elements.size()) wrong(type);
        std::vector<c10::IValue> values;
        for (const auto& element : elements) values.push_back(read(element, depth + 1));
        return c10::ivalue::Tuple::createNamed(std::move(values), type->cast<c10::TupleType>());
      }
      case c10::TypeKind::DictType: {
        take(AP_VALUE_RECORD, type);
        const auto key = type->castRaw<c10::DictType>()->getKeyType();
        const auto value = type->castRaw<c10::DictType>()->getValueType();
        if (key->kind() != c10::TypeKind::StringType) unknown(type);
        c10::impl::GenericDict dict(key, value);
        for (size_t n = c_.length(at_); n > 0; n--) {
          std::string name = c_.string(at_, text_at_);
          dict.insert(std::move(name), read(value, depth + 1));
        }
        return dict;
      }
      default: unknown(type);
    }
  }

 private:
  at::Scalar number() {
    bool open = false;
    return c_.scalar(at_, open);
  }

  int kind(size_t& at) const { return static_cast<int>(c_.integer(at)); }

  void take(ap_value wanted, const c10::TypePtr& type) {
    if (kind(at_) != wanted) wrong(type);
  }

  // The value as the type that it has by itself.
  c10::IValue natural(int depth) {
    size_t at = at_;
    switch (kind(at)) {
      case AP_VALUE_NONE: return read(c10::NoneType::get(), depth);
      case AP_VALUE_BOOL: return read(c10::BoolType::get(), depth);
      case AP_VALUE_NUMBER: return read(c10::NumberType::get(), depth);
      case AP_VALUE_TENSOR: return read(c10::TensorType::get(), depth);
      case AP_VALUE_STRING: return read(c10::StringType::get(), depth);
      case AP_VALUE_LIST: {
        const size_t n = c_.length(at);
        at_ = at;
        std::vector<c10::IValue> values;
        for (size_t i = 0; i < n; i++) values.push_back(read(c10::AnyType::get(), depth + 1));
        c10::TypePtr element = values.empty() ? c10::TensorType::get() : values[0].type();
        for (const auto& value : values) {
          if (*value.type() != *element) element = c10::AnyType::get();
        }
        c10::impl::GenericList list(element);
        for (auto& value : values) list.push_back(std::move(value));
        return list;
      }
      default: throw Failure(AP_ERROR_ARGUMENT, "an object cannot be given where the type is left open");
    }
  }

  [[noreturn]] static void wrong(const c10::TypePtr& type) {
    throw Failure(AP_ERROR_ARGUMENT, "must be " + type->annotation_str());
  }
  [[noreturn]] static void unknown(const c10::TypePtr& type) {
    throw Failure(AP_ERROR_ARGUMENT, "is of type " + type->annotation_str() + ", which cannot be passed from here");
  }

  Context& c_;
  size_t at_ = 0;
  size_t text_at_ = 0;
};

// Values out; what was made for them is let go of again unless all of it could be written.
class ScriptWriter {
 public:
  explicit ScriptWriter(Context& c) : c_(c) {}
  ~ScriptWriter() {
    if (done_) return;
    for (const double handle : handles_) c_.release(handle);
  }

  int32_t finish() {
    done_ = true;
    return static_cast<int32_t>(at_);
  }

  void write(const c10::IValue& value, int depth = 0) {
    if (depth > kDeepest) throw Failure(AP_ERROR_VALUE, "the result is nested too deeply");
    if (value.isNone()) return put(AP_VALUE_NONE);
    if (value.isTensor()) return tensor(value.toTensor());
    if (value.isBool()) return put(AP_VALUE_BOOL), put(value.toBool() ? 1 : 0);
    if (value.isInt()) return put(AP_VALUE_NUMBER), put(exact(value.toInt()));
    if (value.isDouble()) return put(AP_VALUE_NUMBER), put(value.toDouble());
    if (value.isString()) return put(AP_VALUE_STRING), text(value.toStringRef());
    if (value.isDevice()) return put(AP_VALUE_STRING), text(value.toDevice().str());
    if (value.isList()) {
      const auto list = value.toListRef();
      put(AP_VALUE_LIST);
      put(static_cast<double>(list.size()));
      for (const auto& item : list) write(item, depth + 1);
      return;
    }
    if (value.isTuple()) {
      const auto& elements = value.toTupleRef().elements();
      const auto type = value.type()->cast<c10::TupleType>();
      const bool named = type && type->schema();
      put(named ? AP_VALUE_RECORD : AP_VALUE_LIST);
      put(static_cast<double>(elements.size()));
      for (size_t i = 0; i < elements.size(); i++) {
        if (named) text(type->schema()->arguments()[i].name());
        write(elements[i], depth + 1);
      }
      return;
    }
    if (value.isGenericDict()) {
      const auto dict = value.toGenericDict();
      put(AP_VALUE_RECORD);
      put(static_cast<double>(dict.size()));
      for (const auto& entry : dict) {
        text(key(entry.key()));
        write(entry.value(), depth + 1);
      }
      return;
    }
    if (value.isEnum()) return write(value.toEnumHolder()->value(), depth + 1);
    if (value.isObject() && !value.isModule()) {
      const auto object = value.toObject();
      put(AP_VALUE_RECORD);
      put(static_cast<double>(object->type()->numAttributes()));
      for (size_t i = 0; i < object->type()->numAttributes(); i++) {
        text(object->type()->getAttributeName(i));
        write(object->getSlot(i), depth + 1);
      }
      return;
    }
    throw Failure(AP_ERROR_TYPE, "a result is of type " + value.type()->annotation_str() +
                                     ", which cannot be returned from here");
  }

 private:
  void put(double number) {
    if (at_ >= AP_FRAME_SLOTS) throw Failure(AP_ERROR_VALUE, "the result has too many parts for the frame");
    c_.frame[at_++] = number;
  }

  void text(const std::string& value) {
    if (value.size() > AP_TEXT_BYTES - text_at_) {
      throw Failure(AP_ERROR_VALUE, "the strings of the result do not fit the text buffer");
    }
    value.copy(c_.text + text_at_, value.size());
    text_at_ += value.size();
    put(static_cast<double>(value.size()));
  }

  void tensor(const at::Tensor& value) {
    if (!value.defined()) return put(AP_VALUE_NONE);
    put(AP_VALUE_TENSOR);
    handles_.push_back(c_.add(at::Tensor(value)));
    put(handles_.back());
  }

  static double exact(int64_t value) {
    if (value > 9007199254740991 || value < -9007199254740991) {
      throw Failure(AP_ERROR_VALUE, c10::str("the result ", value, " is beyond 2^53, which a number cannot hold"));
    }
    return static_cast<double>(value);
  }

  static std::string key(const c10::IValue& value) {
    if (value.isString()) return value.toStringRef();
    if (value.isInt()) return std::to_string(value.toInt());
    if (value.isBool()) return value.toBool() ? "true" : "false";
    if (value.isDouble()) return c10::str(value.toDouble());
    throw Failure(AP_ERROR_TYPE, "a result has keys of type " + value.type()->annotation_str() +
                                     ", which cannot be returned from here");
  }

  Context& c_;
  std::vector<double> handles_;
  size_t at_ = 0;
  size_t text_at_ = 0;
  bool done_ = false;
};

}  // namespace apprentice
