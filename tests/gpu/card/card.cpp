// A card that is none: the device "cuda" of a libtorch for the processor, whose memory and kernels are the processor's. What
// differs from the processor is what a card would notice: which tensors lie on which device, and what the processor would wait
// for. It is for tests on machines without a card; see card.ts.

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/EmptyTensor.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <c10/core/impl/LocalDispatchKeySet.h>
#include <torch/library.h>

#include <atomic>
#include <cstring>
#include <cstdio>
#include <map>
#include <mutex>
#include <set>
#include <string>

namespace {

const c10::Device kCard(c10::DeviceType::CUDA, 0);

std::mutex mutex;
std::map<std::string, int64_t> waits;
std::set<const void*> pinned;
std::atomic<bool> forbidden{false};
std::atomic<bool> recording{false};

// The processor would wait here for all that the card has still to do.
void wait(const std::string& what) {
  TORCH_CHECK(!recording, "operation not permitted when stream is capturing: ", what);
  TORCH_CHECK(!forbidden, "the processor would wait for the card here: ", what);
  const std::lock_guard<std::mutex> lock(mutex);
  waits[what]++;
}

// Memory of the card, which is the processor's.
struct CardAllocator final : c10::DeviceAllocator {
  c10::DataPtr allocate(size_t bytes) override {
    c10::DataPtr data = c10::GetCPUAllocator()->allocate(bytes);
    data.unsafe_set_device(kCard);
    return data;
  }
  c10::DeleterFnPtr raw_deleter() const override { return c10::GetCPUAllocator()->raw_deleter(); }
  void copy_data(void* to, const void* from, size_t bytes) const override { std::memcpy(to, from, bytes); }
  bool initialized() override { return true; }
  void emptyCache(c10::MempoolId_t = {0, 0}) override {}
  void recordStream(const c10::DataPtr&, c10::Stream) override {}
  c10::CachingDeviceAllocator::DeviceStats getDeviceStats(c10::DeviceIndex) override { return {}; }
  void resetAccumulatedStats(c10::DeviceIndex) override {}
  void resetPeakStats(c10::DeviceIndex) override {}
};

CardAllocator allocator;

void unpin(void* data) {
  {
    const std::lock_guard<std::mutex> lock(mutex);
    pinned.erase(data);
  }
  std::free(data);
}

// Memory of the processor that the card copies from without it.
struct PinnedAllocator final : c10::Allocator {
  c10::DataPtr allocate(size_t bytes) override {
    void* data = std::malloc(std::max<size_t>(bytes, 1));
    const std::lock_guard<std::mutex> lock(mutex);
    pinned.insert(data);
    return {data, data, &unpin, c10::Device(c10::DeviceType::CPU)};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &unpin; }
  void copy_data(void* to, const void* from, size_t bytes) const override { std::memcpy(to, from, bytes); }
};

PinnedAllocator pinned_allocator;

struct CardGuard final : c10::impl::DeviceGuardImplInterface {
  static constexpr c10::DeviceType static_type = c10::DeviceType::CUDA;
  CardGuard() = default;
  explicit CardGuard(c10::DeviceType) {}
  c10::DeviceType type() const override { return static_type; }
  c10::Device exchangeDevice(c10::Device) const override { return kCard; }
  c10::Device getDevice() const override { return kCard; }
  void setDevice(c10::Device) const override {}
  void uncheckedSetDevice(c10::Device) const noexcept override {}
  c10::Stream getStream(c10::Device) const override { return c10::Stream(c10::Stream::DEFAULT, kCard); }
  c10::Stream getDefaultStream(c10::Device) const override { return c10::Stream(c10::Stream::DEFAULT, kCard); }
  c10::Stream getStreamFromGlobalPool(c10::Device, bool = false) const override {
    return c10::Stream(c10::Stream::UNSAFE, kCard, 1);
  }
  c10::Stream getNewStream(c10::Device, int = 0) const override { return c10::Stream(c10::Stream::DEFAULT, kCard); }
  c10::Stream exchangeStream(c10::Stream) const override { return c10::Stream(c10::Stream::DEFAULT, kCard); }
  c10::DeviceIndex deviceCount() const noexcept override { return 1; }
  bool queryStream(const c10::Stream&) const override { return true; }
  void synchronizeStream(const c10::Stream&) const override { wait("synchronize"); }
  void synchronizeDevice(c10::DeviceIndex) const override { wait("synchronize"); }
  void record(void**, const c10::Stream&, c10::DeviceIndex, c10::EventFlag) const override {}
  void block(void*, const c10::Stream&) const override {}
  bool queryEvent(void*) const override { return true; }
  void synchronizeEvent(void*) const override { wait("synchronize"); }
  void destroyEvent(void*, c10::DeviceIndex) const noexcept override {}
  void recordDataPtrOnStream(const c10::DataPtr&, const c10::Stream&) const override {}
};

// Known to libtorch by this name.
struct CUDAHooks final : at::CUDAHooksInterface {
  explicit CUDAHooks(at::CUDAHooksArgs) {}
  void init() const override {}
  bool isBuilt() const override { return true; }
  bool isAvailable() const override { return true; }
  bool hasCUDA() const override { return true; }
  bool hasCUDART() const override { return true; }
  bool hasPrimaryContext(c10::DeviceIndex) const override { return true; }
  int getNumGPUs() const override { return 1; }
  c10::DeviceIndex deviceCount() const override { return 1; }
  c10::DeviceIndex current_device() const override { return 0; }
  c10::DeviceIndex getCurrentDevice() const override { return 0; }
  void setCurrentDevice(c10::DeviceIndex) const override {}
  c10::DeviceIndex exchangeDevice(c10::DeviceIndex) const override { return 0; }
  c10::DeviceIndex maybeExchangeDevice(c10::DeviceIndex) const override { return 0; }
  const at::Generator& getDefaultGenerator(c10::DeviceIndex) const override { return at::detail::getDefaultCPUGenerator(); }
  at::Generator getNewGenerator(c10::DeviceIndex) const override { return at::detail::createCPUGenerator(); }
  c10::Device getDeviceFromPtr(void*) const override { return kCard; }
  bool isPinnedPtr(const void* data) const override {
    const std::lock_guard<std::mutex> lock(mutex);
    return pinned.count(data) > 0;
  }
  c10::Allocator* getPinnedMemoryAllocator() const override { return &pinned_allocator; }
  c10::Allocator* getCUDADeviceAllocator() const override { return &allocator; }
  void deviceSynchronize(c10::DeviceIndex) const override { wait("synchronize"); }
};

// A tensor of the card as one of the processor, of the same memory.
struct Alias final : c10::TensorImpl {
  explicit Alias(const at::Tensor& of)
      : TensorImpl(c10::Storage(of.storage()), c10::DispatchKeySet(c10::DispatchKey::CPU), of.dtype()) {
    if (of.is_conj()) _set_conj(true);
    if (of.is_neg()) _set_neg(true);
    set_sizes_and_strides(of.sizes(), of.strides(), of.storage_offset());
    if (of.unsafeGetTensorImpl()->is_wrapped_number()) set_wrapped_number(true);
  }
};

struct Aliases {
  std::vector<std::pair<at::Tensor, at::Tensor>> pairs;  // of the processor, of the card

  at::Tensor of(const at::Tensor& tensor) {
    if (!tensor.defined() || !tensor.is_cuda()) return tensor;
    TORCH_CHECK(tensor.layout() == at::kStrided, "the pretended card holds strided tensors only");
    for (const auto& [alias, own] : pairs) {
      if (own.is_same(tensor)) return alias;
    }
    // For the time of the call its memory is the processor's, so that views of it are, too.
    lend(tensor.storage());
    at::Tensor alias = at::detail::make_tensor<Alias>(tensor);
    pairs.emplace_back(alias, tensor);
    return alias;
  }

  ~Aliases() {
    for (const auto& [alias, own] : pairs) own_memory(own.storage());
  }

  static void lend(const c10::Storage& storage) {
    c10::StorageImpl* impl = storage.unsafeGetStorageImpl();
    impl->_mutable_data_ptr_no_checks().unsafe_set_device(c10::Device(c10::DeviceType::CPU));
    impl->set_allocator(c10::GetCPUAllocator());
  }

  // What an operator wrote to may have got another size or other memory.
  void write_back() {
    for (const auto& [alias, own] : pairs) {
      c10::TensorImpl* impl = own.unsafeGetTensorImpl();
      const bool moved = own.storage().unsafeGetStorageImpl() != alias.storage().unsafeGetStorageImpl();
      own_memory(own.storage());
      if (moved) {
        own_memory(alias.storage());
        impl->set_storage_keep_dtype(alias.storage());
      }
      if (own.sizes() != alias.sizes() || own.strides() != alias.strides() || own.storage_offset() != alias.storage_offset()) {
        impl->set_sizes_and_strides(alias.sizes(), alias.strides(), alias.storage_offset());
      }
    }
  }

  static void own_memory(const c10::Storage& storage) {
    c10::StorageImpl* impl = storage.unsafeGetStorageImpl();
    impl->_mutable_data_ptr_no_checks().unsafe_set_device(kCard);
    impl->set_allocator(&allocator);
  }

  // A result of the processor as one of the card.
  at::Tensor back(const at::Tensor& tensor) {
    if (!tensor.defined() || tensor.is_cuda()) return tensor;
    for (const auto& [alias, own] : pairs) {
      if (alias.is_same(tensor)) return own;
    }
    at::Tensor plain = tensor.layout() == at::kStrided ? tensor : tensor.to_dense();
    own_memory(plain.storage());
    at::Tensor made = at::detail::make_tensor<c10::TensorImpl>(
        c10::Storage(plain.storage()), c10::DispatchKeySet(c10::DispatchKey::CUDA), plain.dtype());
    made.unsafeGetTensorImpl()->set_sizes_and_strides(plain.sizes(), plain.strides(), plain.storage_offset());
    if (plain.is_conj()) made._set_conj(true);
    if (plain.is_neg()) made._set_neg(true);
    return made;
  }
};

// A tensor of the card, of the same memory, that stays as it lies now.
at::Tensor fixed(const at::Tensor& tensor) {
  if (!tensor.defined() || !tensor.is_cuda()) return tensor;
  at::Tensor made = at::detail::make_tensor<c10::TensorImpl>(
      c10::Storage(tensor.storage()), c10::DispatchKeySet(c10::DispatchKey::CUDA), tensor.dtype());
  made.unsafeGetTensorImpl()->set_sizes_and_strides(tensor.sizes(), tensor.strides(), tensor.storage_offset());
  if (tensor.unsafeGetTensorImpl()->is_wrapped_number()) made.unsafeGetTensorImpl()->set_wrapped_number(true);
  return made;
}

c10::IValue fixed(const c10::IValue& value) {
  if (value.isTensor()) return fixed(value.toTensor());
  if (value.isTensorList()) {
    c10::List<at::Tensor> list;
    for (const at::Tensor& tensor : value.toTensorVector()) list.push_back(fixed(tensor));
    return list;
  }
  if (value.isOptionalTensorList()) {
    c10::List<std::optional<at::Tensor>> list;
    for (const auto& tensor : value.toOptionalTensorVector()) {
      list.push_back(tensor ? std::optional<at::Tensor>(fixed(*tensor)) : std::nullopt);
    }
    return list;
  }
  return value;
}

std::vector<at::Tensor> tensors_in(const c10::IValue& value) {
  if (value.isTensor()) return {value.toTensor()};
  if (value.isTensorList()) return value.toTensorVector();
  return {};
}

// What was asked of the card while it was recorded, in order.
struct Recorded {
  c10::OperatorHandle op;
  std::vector<c10::IValue> arguments, results;
};
using Graph = std::vector<Recorded>;

Graph current;
std::map<int32_t, Graph> graphs;
int32_t last_graph = 0;
// What was in the memory that was written to: a card computes nothing while it is recorded.
std::vector<std::pair<at::Tensor, at::Tensor>> undo;

void remember(const c10::OperatorHandle& op, const std::vector<c10::IValue>& arguments) {
  Recorded one{op, {}, {}};
  for (size_t i = 0; i < arguments.size(); i++) {
    one.arguments.push_back(fixed(arguments[i]));
    const auto& argument = op.schema().arguments()[i];
    const auto* alias = argument.alias_info();
    // The schema of the older batch norm does not say that it writes to these.
    const bool statistics = argument.name() == "running_mean" || argument.name() == "running_var";
    if (!statistics && (alias == nullptr || !alias->isWrite())) continue;
    for (const at::Tensor& written : tensors_in(one.arguments.back())) {
      if (written.defined() && written.numel() > 0) undo.emplace_back(written, written.clone());
    }
  }
  current.push_back(std::move(one));
}

bool is_mask(const at::Tensor& tensor) {
  return tensor.defined() && (tensor.scalar_type() == at::kBool || tensor.scalar_type() == at::kByte);
}

// What reads from the card inside of a kernel of CUDA: results whose size depends on values, and tests of values.
const std::set<std::string> waiting = {
    "aten::nonzero",        "aten::masked_select", "aten::_unique2",     "aten::_unique", "aten::unique_dim",
    "aten::unique_consecutive", "aten::equal",     "aten::bincount",     "aten::multinomial",
    "aten::unique_dim_consecutive", "aten::nonzero_static", "aten::is_nonzero", "aten::ormqr",
};
const std::set<std::string> indexing = {"aten::index", "aten::index_put", "aten::index_put_", "aten::_index_put_impl_",
                                        "aten::_unsafe_index", "aten::_unsafe_index_put"};

void run_on_processor(const c10::OperatorHandle& op, torch::jit::Stack* stack) {
  const c10::impl::ExcludeDispatchKeyGuard no_autocast(c10::autocast_dispatch_keyset);
  const std::string& name = op.schema().name();
  const auto& arguments = op.schema().arguments();
  const size_t first = stack->size() - arguments.size();
  const bool indexes = indexing.count(name) > 0;
  Aliases aliases;
  std::string foreign;
  const auto take = [&](const at::Tensor& tensor, bool is_index) {
    if (tensor.defined() && tensor.is_cpu() && tensor.dim() > 0) {
      if (is_index) wait(name + " by a tensor of the processor");
      else foreign = c10::str(tensor.toString(), tensor.sizes());
    }
    if (is_index && is_mask(tensor)) wait(name + " by a mask");
    return aliases.of(tensor);
  };
  const bool records = recording;
  size_t place = 0;
  if (records) {
    const std::vector<c10::IValue> given(stack->begin() + static_cast<std::ptrdiff_t>(first), stack->end());
    recording = false;
    remember(op, given);
    place = current.size() - 1;
    recording = true;
  }
  if (waiting.count(name) > 0) wait(name);
  if (name == "aten::repeat_interleave" && stack->back().isNone()) wait(name);
  for (size_t i = first; i < stack->size(); i++) {
    c10::IValue& value = (*stack)[i];
    const bool is_index = indexes && arguments[i - first].name() == "indices";
    if (value.isTensor()) {
      value = take(value.toTensor(), is_index);
    } else if (value.isTensorList()) {
      c10::List<at::Tensor> list;
      for (const at::Tensor& tensor : value.toTensorVector()) list.push_back(take(tensor, is_index));
      value = list;
    } else if (value.isOptionalTensorList()) {
      c10::List<std::optional<at::Tensor>> list;
      for (const auto& tensor : value.toOptionalTensorVector()) {
        list.push_back(tensor ? std::optional<at::Tensor>(take(*tensor, is_index)) : std::nullopt);
      }
      value = list;
    } else if (value.isDevice()) {
      value = c10::Device(c10::DeviceType::CPU);
    }
  }
  TORCH_CHECK(foreign.empty() || aliases.pairs.empty() || name == "aten::_foreach_copy_", name,
              ": expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu (", foreign, ")");
  op.callBoxed(stack);
  aliases.write_back();
  for (size_t i = stack->size() - op.schema().returns().size(); i < stack->size(); i++) {
    c10::IValue& value = (*stack)[i];
    if (value.isTensor()) {
      value = aliases.back(value.toTensor());
    } else if (value.isTensorList()) {
      c10::List<at::Tensor> list;
      for (const at::Tensor& tensor : value.toTensorVector()) list.push_back(aliases.back(tensor));
      value = list;
    }
  }
  if (!records) return;
  for (size_t i = stack->size() - op.schema().returns().size(); i < stack->size(); i++) {
    current[place].results.push_back(fixed((*stack)[i]));
  }
}

void replay(const Graph& graph) {
  for (const Recorded& one : graph) {
    torch::jit::Stack stack;
    for (const c10::IValue& value : one.arguments) stack.push_back(fixed(value));
    one.op.callBoxed(&stack);
    for (size_t i = 0; i < one.results.size(); i++) {
      const auto now = tensors_in(stack[i]), then = tensors_in(one.results[i]);
      for (size_t j = 0; j < now.size() && j < then.size(); j++) {
        const bool same = !now[j].defined() || now[j].storage().data() == then[j].storage().data();
        if (!same) at::Tensor(then[j]).copy_(now[j]);
      }
    }
  }
}

at::Tensor empty(c10::SymIntArrayRef size, std::optional<at::ScalarType> dtype, std::optional<at::Layout>,
                 std::optional<at::Device>, std::optional<bool>, std::optional<at::MemoryFormat> format) {
  return at::detail::empty_generic(C10_AS_INTARRAYREF_SLOW(size), &allocator, c10::DispatchKeySet(c10::DispatchKey::CUDA),
                                   c10::dtype_or_default(dtype), format);
}

at::Tensor empty_strided(c10::SymIntArrayRef size, c10::SymIntArrayRef stride, std::optional<at::ScalarType> dtype,
                         std::optional<at::Layout>, std::optional<at::Device>, std::optional<bool>) {
  return at::detail::empty_strided_generic(C10_AS_INTARRAYREF_SLOW(size), C10_AS_INTARRAYREF_SLOW(stride), &allocator,
                                           c10::DispatchKeySet(c10::DispatchKey::CUDA), c10::dtype_or_default(dtype));
}

at::Tensor& copy(at::Tensor& self, const at::Tensor& from, bool non_blocking) {
  TORCH_CHECK(!recording || (self.is_cuda() && from.is_cuda()), "operation not permitted when stream is capturing: copy");
  if (recording) {
    recording = false;
    remember(c10::Dispatcher::singleton().findSchemaOrThrow("aten::copy_", ""), {self, from, non_blocking});
    recording = true;
  }
  if (!self.is_cuda()) wait("copy from the card");
  else if (!from.is_cuda() && !non_blocking) wait("copy to the card");
  Aliases aliases;
  at::Tensor to = aliases.of(self);
  to.copy_(aliases.of(from));
  return self;
}

at::Scalar item(const at::Tensor& self) {
  wait("item");
  Aliases aliases;
  return at::_local_scalar_dense(aliases.of(self));
}

void record_stream(at::Tensor&, at::Stream) {}

}  // namespace

namespace at {
REGISTER_CUDA_HOOKS(CUDAHooks)
}

C10_REGISTER_GUARD_IMPL(CUDA, CardGuard)

TORCH_LIBRARY_IMPL(_, CUDA, m) { m.fallback(torch::CppFunction::makeFromBoxedFunction<&run_on_processor>()); }

TORCH_LIBRARY_IMPL(aten, CUDA, m) {
  m.impl("empty.memory_format", &empty);
  m.impl("empty_strided", &empty_strided);
  m.impl("copy_", &copy);
  m.impl("_local_scalar_dense", &item);
  m.impl("record_stream", &record_stream);
  // These would else look for kernels of CUDA by themselves.
  for (const char* name : {"convolution", "convolution_backward", "_foreach_copy_"}) {
    m.impl(name, torch::CppFunction::makeFromBoxedFunction<&run_on_processor>());
  }
}

#define EXPORT __attribute__((visibility("default")))

extern "C" {

// To be called before anything asks libtorch for devices.
EXPORT void card_insert() { c10::SetAllocator(c10::DeviceType::CUDA, &allocator, 1); }

// Whether waiting is an error.
EXPORT void card_forbid(int32_t on) { forbidden = on != 0; }

EXPORT void card_record() {
  current.clear();
  undo.clear();
  recording = true;
}

// The number of what was recorded.
EXPORT int32_t card_recorded() {
  recording = false;
  try {
    for (auto one = undo.rbegin(); one != undo.rend(); ++one) one->first.copy_(one->second);
  } catch (...) {
    return -1;
  }
  undo.clear();
  graphs[++last_graph] = std::move(current);
  current = {};
  return last_graph;
}

EXPORT int32_t card_replay(int32_t graph) {
  try {
    const c10::InferenceMode inference(false);
    at::NoGradGuard no_grad;
    replay(graphs.at(graph));
    return 0;
  } catch (const std::exception& error) {
    fprintf(stderr, "replay: %s\n", error.what());
    return -1;
  }
}

EXPORT void card_forget(int32_t graph) { graphs.erase(graph); }

// Writes "what\tcount" a line for all that was waited for, as far as there is room, forgets it, and returns the length.
EXPORT int32_t card_waits(char* text, int32_t room) {
  std::string all;
  {
    const std::lock_guard<std::mutex> lock(mutex);
    for (const auto& [what, count] : waits) all += what + "\t" + std::to_string(count) + "\n";
    waits.clear();
  }
  const auto length = std::min<int32_t>(room, static_cast<int32_t>(all.size()));
  std::memcpy(text, all.data(), length);
  return length;
}
}
