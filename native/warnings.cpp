#include "warnings.h"

#include "context.h"
#include "cuda_symbols.h"
#include "devices.h"

#include <c10/util/Exception.h>

#include <atomic>
#include <string>

namespace apprentice {

namespace {

std::atomic<uint64_t> waits{0};

struct SilentWarnings : c10::WarningHandler {
  void process(const c10::Warning& warning) override {
    if (warning.msg().find("called a synchronizing CUDA operation") != std::string::npos) waits++;
  }
};
SilentWarnings silent_warnings;

}  // namespace

void silence_warnings(bool on) { c10::WarningUtils::set_warning_handler(on ? &silent_warnings : nullptr); }

}  // namespace apprentice

using namespace apprentice;

// What libtorch does about a call that waits for the GPU: 0 nothing, 1 a warning, which is counted, 2 an error. A negative
// mode changes nothing. Returns the mode that is in force; frame: how many warnings there were in this process.
int32_t ap_sync_debug(uint32_t ctx, int32_t mode) {
  return guarded(ctx, [&](Context& c) -> int32_t {
    if (mode > 2) throw Failure(AP_ERROR_ARGUMENT, c10::str(mode, " is no mode"));
#if defined(__linux__)
    int* const own = &sync_debug_mode;
#else
    int* const own = nullptr;
#endif
    if (own == nullptr && mode > 0) {
      throw Failure(AP_ERROR_DEVICE, "this libtorch has no CUDA, so nothing waits for a GPU: see `deno task doctor`");
    }
    if (own != nullptr && mode >= 0) *own = mode;
    c.frame[0] = static_cast<double>(waits.load());
    return own == nullptr ? 0 : *own;
  });
}
