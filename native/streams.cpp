#include "streams.h"

#include "devices.h"

#include <ATen/DeviceAccelerator.h>
#include <c10/core/Event.h>
#include <c10/core/impl/VirtualGuardImpl.h>

namespace apprentice {

c10::Stream stream_of(Context& context, double handle) {
  return static_cast<HeldStream&>(context.held(handle, Kind::stream, "stream")).stream;
}

}  // namespace apprentice

using namespace apprentice;

namespace {

struct HeldEvent : Held {
  HeldEvent(c10::Device device, bool timed)
      : device(device),
        timed(timed),
        event(device.type(), timed ? c10::EventFlag::BACKEND_DEFAULT : c10::EventFlag::PYTORCH_DEFAULT) {}
  const c10::Device device;
  const bool timed;
  c10::Event event;
};

HeldEvent& event_of(Context& context, double handle) {
  return static_cast<HeldEvent&>(context.held(handle, Kind::event, "event"));
}

double add(Context& c, c10::Stream stream) { return c.add(std::make_unique<HeldStream>(stream), Kind::stream); }

c10::Stream current_stream(c10::Device device) { return c10::impl::VirtualGuardImpl(device.type()).getStream(device); }

bool is_stream(Context& context, double handle) { return context.kind_of(handle) == Kind::stream; }

}  // namespace

// frame: the stream, and the index of its device.
int32_t ap_stream(uint32_t ctx, uint32_t device, uint32_t which) {
  return guarded(ctx, [&](Context& c) {
    const c10::Device where = cuda_device(device, "a stream");
    const c10::impl::VirtualGuardImpl guard(where.type());
    switch (which) {
      case AP_STREAM_DEFAULT: c.frame[0] = add(c, guard.getDefaultStream(where)); break;
      case AP_STREAM_CURRENT: c.frame[0] = add(c, guard.getStream(where)); break;
      case AP_STREAM_NEW: c.frame[0] = add(c, guard.getStreamFromGlobalPool(where, false)); break;
      case AP_STREAM_NEW_HIGH_PRIORITY: c.frame[0] = add(c, guard.getStreamFromGlobalPool(where, true)); break;
      default: throw Failure(AP_ERROR_ARGUMENT, c10::str(which, " is no kind of stream"));
    }
    c.frame[1] = static_cast<double>(where.index());
    return 2;
  });
}

// frame: the stream that was the current one of its device, and the index of the device that was.
int32_t ap_stream_use(uint32_t ctx, double stream) {
  return guarded(ctx, [&](Context& c) {
    const c10::Stream next = stream_of(c, stream);
    const c10::impl::VirtualGuardImpl guard(next.device_type());
    // The handle comes first: without room for it nothing may have changed.
    const double before = add(c, guard.getStream(next.device()));
    const c10::Device device = guard.exchangeDevice(next.device());
    guard.exchangeStream(next);
    c.frame[0] = before;
    c.frame[1] = static_cast<double>(device.index());
    return 2;
  });
}

int32_t ap_event(uint32_t ctx, uint32_t device, uint32_t timed) {
  return guarded(ctx, [&](Context& c) {
    const c10::Device where = cuda_device(device, "an event");
    c.frame[0] = c.add(std::make_unique<HeldEvent>(where, timed != 0), Kind::event);
    return 1;
  });
}

int32_t ap_event_record(uint32_t ctx, double event, double stream) {
  return guarded(ctx, [&](Context& c) {
    HeldEvent& held = event_of(c, event);
    held.event.record(stream == 0 ? current_stream(held.device) : stream_of(c, stream));
    return 0;
  });
}

// frame: milliseconds.
int32_t ap_event_elapsed(uint32_t ctx, double start, double end) {
  return guarded(ctx, [&](Context& c) {
    const HeldEvent& first = event_of(c, start);
    const HeldEvent& last = event_of(c, end);
    if (!first.timed || !last.timed) {
      throw Failure(AP_ERROR_ARGUMENT, "only events that were made with enableTiming tell the time between them");
    }
    c.frame[0] = first.event.elapsedTime(last.event);
    return 1;
  });
}

int32_t ap_work_done(uint32_t ctx, double awaited) {
  return guarded(ctx, [&](Context& c) {
    const bool done = is_stream(c, awaited) ? stream_of(c, awaited).query() : event_of(c, awaited).event.query();
    return done ? 1 : 0;
  });
}

// The stream `waiting` waits, or, if that is 0, the calling thread.
int32_t ap_work_wait(uint32_t ctx, double awaited, double waiting) {
  return guarded(ctx, [&](Context& c) {
    if (is_stream(c, awaited)) {
      const c10::Stream stream = stream_of(c, awaited);
      if (waiting == 0) return stream.synchronize(), 0;
      const c10::Stream other = stream_of(c, waiting);
      c10::Event event(stream.device_type());
      event.record(stream);
      event.block(other);
    } else {
      HeldEvent& held = event_of(c, awaited);
      if (waiting == 0) return held.event.synchronize(), 0;
      held.event.block(stream_of(c, waiting));
    }
    return 0;
  });
}
