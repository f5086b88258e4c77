// Calls that skip the boxing: the dispatcher's typed door, for the signatures that most operators have.
// Boxing costs about 0.1 us a call, a tenth of a small operator.

#include "operators.h"

#include <ATen/core/LegacyTypeDispatch.h>
#include <c10/core/GradMode.h>
#include <c10/util/SmallVector.h>

#include <tuple>

namespace apprentice {

namespace {

// How one argument is held while the call runs, and handed over.
template <class T>
struct Holder;

template <>
struct Holder<const at::Tensor&> {
  const at::Tensor& value;
  static Holder read(Context& c, size_t& at) { return {c.tensor(c.number(at))}; }
  const at::Tensor& get() { return value; }
};
template <>
struct Holder<at::Tensor&> {
  at::Tensor& value;
  static Holder read(Context& c, size_t& at) { return {c.tensor(c.number(at))}; }
  at::Tensor& get() { return value; }
};
template <>
struct Holder<const std::optional<at::Tensor>&> {
  std::optional<at::Tensor> value;
  static Holder read(Context& c, size_t& at) {
    const double handle = c.number(at);
    return {handle == 0 ? std::nullopt : std::optional<at::Tensor>(c.tensor(handle))};
  }
  const std::optional<at::Tensor>& get() { return value; }
};
template <>
struct Holder<const at::Scalar&> {
  at::Scalar value;
  bool open;
  static Holder read(Context& c, size_t& at) {
    bool open = false;
    at::Scalar value = c.scalar(at, open);
    c.unsettled |= open;
    return {std::move(value), open};
  }
  const at::Scalar& get() { return value; }
};
template <>
struct Holder<int64_t> {
  int64_t value;
  static Holder read(Context& c, size_t& at) { return {c.integer(at)}; }
  int64_t get() { return value; }
};
template <>
struct Holder<c10::SymInt> {
  int64_t value;
  static Holder read(Context& c, size_t& at) { return {c.symbolic(at)}; }
  c10::SymInt get() { return c10::SymInt(value); }
};
template <>
struct Holder<double> {
  double value;
  static Holder read(Context& c, size_t& at) { return {c.number(at)}; }
  double get() { return value; }
};
template <>
struct Holder<bool> {
  bool value;
  static Holder read(Context& c, size_t& at) { return {c.number(at) != 0}; }
  bool get() { return value; }
};
template <>
struct Holder<std::optional<at::ScalarType>> {
  std::optional<at::ScalarType> value;
  static Holder read(Context& c, size_t& at) {
    if (c.number(at) == 0) return {std::nullopt};
    return {scalar_type_from(c.integer(at))};
  }
  std::optional<at::ScalarType> get() { return value; }
};
template <>
struct Holder<at::IntArrayRef> {
  c10::SmallVector<int64_t, 8> value;
  static Holder read(Context& c, size_t& at) {
    Holder holder;
    const size_t n = c.length(at);
    for (size_t i = 0; i < n; i++) holder.value.push_back(c.integer(at));
    return holder;
  }
  at::IntArrayRef get() { return value; }
};
template <>
struct Holder<at::OptionalIntArrayRef> {
  bool some;
  Holder<at::IntArrayRef> list;
  static Holder read(Context& c, size_t& at) {
    if (c.number(at) == 0) return {false, {}};
    return {true, Holder<at::IntArrayRef>::read(c, at)};
  }
  at::OptionalIntArrayRef get() {
    return some ? at::OptionalIntArrayRef(list.get()) : at::OptionalIntArrayRef(std::nullopt);
  }
};
template <>
struct Holder<c10::SymIntArrayRef> {
  c10::SmallVector<c10::SymInt, 8> value;
  static Holder read(Context& c, size_t& at) {
    Holder holder;
    const size_t n = c.length(at);
    for (size_t i = 0; i < n; i++) holder.value.push_back(c10::SymInt(c.symbolic(at)));
    return holder;
  }
  c10::SymIntArrayRef get() { return value; }
};

template <class T>
inline bool needs_grad(const Holder<T>&) {
  return false;
}
inline bool needs_grad(const Holder<const at::Tensor&>& held) {
  return held.value.unsafeGetTensorImpl()->requires_grad();
}
inline bool needs_grad(const Holder<const std::optional<at::Tensor>&>& held) {
  return held.value && held.value->unsafeGetTensorImpl()->requires_grad();
}

template <class T>
inline bool floats(const Holder<T>&) {
  return false;
}
inline bool floats(const Holder<const at::Tensor&>& held) { return is_floating(held.value); }
inline bool floats(const Holder<at::Tensor&>& held) { return is_floating(held.value); }
inline bool floats(const Holder<const std::optional<at::Tensor>&>& held) {
  return held.value && is_floating(*held.value);
}

template <class T>
inline void settle_held(Holder<T>&) {}
inline void settle_held(Holder<const at::Scalar&>& held) {
  if (held.open) settle(held.value);
}

inline int32_t put(Context& c, at::Tensor&& tensor) {
  c.frame[0] = tensor.defined() ? c.add(std::move(tensor)) : 0;
  return 1;
}
inline int32_t put(Context& c, std::tuple<at::Tensor, at::Tensor>&& pair) {
  c.frame[0] = std::get<0>(pair).defined() ? c.add(std::move(std::get<0>(pair))) : 0;
  c.frame[1] = std::get<1>(pair).defined() ? c.add(std::move(std::get<1>(pair))) : 0;
  return 2;
}

template <class Signature>
struct Call;

template <class Result, class... Args>
struct Call<Result(Args...)> {
  static int32_t run(Context& c, const Operator& op) {
    size_t at = 0;
    // Braces: the arguments are read in order.
    std::tuple<Holder<Args>...> held{Holder<Args>::read(c, at)...};
    return std::apply(
        [&](auto&... holders) -> int32_t {
          if (C10_UNLIKELY(c.unsettled)) {
            c.unsettled = false;
            if (!(floats(holders) || ...)) (settle_held(holders), ...);
          }
          // The signature was verified when the operator was found.
          const auto& typed = static_cast<const c10::TypedOperatorHandle<Result(Args...)>&>(op.handle);
          if constexpr (std::is_same_v<Result, at::Tensor&>) {
            typed.call(holders.get()...);
            return 0;
          } else {
            // What autograd's layers would do here is nothing; passing through them is a tenth of a small call.
            if (op.functional && (!(needs_grad(holders) || ...) || !c10::GradMode::is_enabled())) {
              at::AutoDispatchBelowADInplaceOrView below;
              return put(c, typed.call(holders.get()...));
            }
            return put(c, typed.call(holders.get()...));
          }
        },
        held);
  }
};

template <class Signature>
Unboxed checked(const c10::OperatorHandle& handle) {
  try {
    handle.typed<Signature>();
    return &Call<Signature>::run;
  } catch (...) {
    return nullptr;  // another signature behind the same schema kinds: the boxed call serves
  }
}

using Tensor = at::Tensor;
using CT = const at::Tensor&;
using MT = at::Tensor&;
using OT = const std::optional<at::Tensor>&;
using S = const at::Scalar&;
using Y = std::optional<at::ScalarType>;
using I = int64_t;
using N = c10::SymInt;
using X = c10::SymIntArrayRef;
using A = at::IntArrayRef;
using OA = at::OptionalIntArrayRef;
using Pair = std::tuple<at::Tensor, at::Tensor>;

struct Entry {
  const char* kinds;
  Unboxed (*check)(const c10::OperatorHandle&);
};

const Entry entries[] = {
    {"T>T", &checked<Tensor(CT)>},
    {"TT>T", &checked<Tensor(CT, CT)>},
    {"TTT>T", &checked<Tensor(CT, CT, CT)>},
    {"TTt>T", &checked<Tensor(CT, CT, OT)>},
    {"TTS>T", &checked<Tensor(CT, CT, S)>},
    {"TS>T", &checked<Tensor(CT, S)>},
    {"TSS>T", &checked<Tensor(CT, S, S)>},
    {"TTTSS>T", &checked<Tensor(CT, CT, CT, S, S)>},
    {"TI>T", &checked<Tensor(CT, I)>},
    {"TII>T", &checked<Tensor(CT, I, I)>},
    {"TIN>T", &checked<Tensor(CT, I, N)>},
    {"TIT>T", &checked<Tensor(CT, I, CT)>},
    {"TINN>T", &checked<Tensor(CT, I, N, N)>},
    {"TIy>T", &checked<Tensor(CT, I, Y)>},
    {"TIBy>T", &checked<Tensor(CT, I, bool, Y)>},
    {"TIB>TT", &checked<Pair(CT, I, bool)>},
    {"Ty>T", &checked<Tensor(CT, Y)>},
    {"TaBy>T", &checked<Tensor(CT, OA, bool, Y)>},
    {"TAB>T", &checked<Tensor(CT, A, bool)>},
    {"TA>T", &checked<Tensor(CT, A)>},
    {"TX>T", &checked<Tensor(CT, X)>},
    {"TB>T", &checked<Tensor(CT, bool)>},
    {"TTI>T", &checked<Tensor(CT, CT, I)>},
    {"TtT>T", &checked<Tensor(CT, OT, CT)>},
    {"TFB>T", &checked<Tensor(CT, double, bool)>},
    {"T>!", &checked<MT(MT)>},
    {"TT>!", &checked<MT(MT, CT)>},
    {"TS>!", &checked<MT(MT, S)>},
    {"TTS>!", &checked<MT(MT, CT, S)>},
    {"TSS>!", &checked<MT(MT, S, S)>},
    {"TTTS>!", &checked<MT(MT, CT, CT, S)>},
    {"TTB>!", &checked<MT(MT, CT, bool)>},
};

}  // namespace

Unboxed find_unboxed(const std::string& kinds, const c10::OperatorHandle& handle) {
  for (const Entry& entry : entries) {
    if (kinds == entry.kinds) return entry.check(handle);
  }
  return nullptr;
}

}  // namespace apprentice
