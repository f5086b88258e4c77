/**
 * Streams and events: a GPU does the work of one stream in order, and that of several at once.
 *
 * @module
 */

import { check, context, frame, native, open, releaseOne } from "../../../ffi/native.ts";
import { catchLater, handleOf } from "../core.ts";
import type { Device } from "../device.ts";
import { deviceCode } from "../device_codes.ts";
import { HANDLE } from "../handle.ts";
import { synchronous } from "../synchronous.ts";
import { setDevice } from "./devices.ts";

/** Options of {@linkcode Stream}. */
export interface StreamOptions {
  /** The stream's device; the current one by default. */
  device?: Device;
  /** Below 0 for a stream whose work comes before that of others (default 0). */
  priority?: number;
}

/** Options of {@linkcode Event}. */
export interface EventOptions {
  /** The event's device; the current one by default. */
  device?: Device;
  /** Whether the event takes the time, for {@linkcode Event.elapsedTime} (default false). */
  enableTiming?: boolean;
}

/** Which stream of a device is meant: `enum ap_stream_kind`. */
const Kind = { standard: 0, current: 1, pool: 2, important: 3 };

/** Asks for a stream of a device: its handle, outside all scopes, and its device's name. */
function ask(device: Device, kind: number): { handle: number; device: Device } {
  open();
  check(native.ap_stream(context, deviceCode(device), kind));
  const [handle, index] = frame;
  check(native.ap_scope_keep(context, handle));
  return { handle, device: `cuda:${index}` };
}

/** A stream that the device has already. */
function existing(device: Device, kind: number): Stream {
  const { handle, device: own } = ask(device, kind);
  const found: Stream = Object.assign(Object.create(Stream.prototype), {
    [HANDLE]: handle,
    device: own,
  });
  catchLater(found);
  return found;
}

/**
 * A stream of a GPU: what is asked of it is done in order, and beside what other streams do.
 *
 * A tensor that was made on one stream and is used on another must be there by then ({@linkcode Stream.waitStream}), and
 * stay until it was used (`tensor.recordStream(stream)`): else its memory goes to the next tensor while the other stream
 * still reads it. The stream is freed by {@linkcode Stream.dispose}, at the end of the block of its `using`, or some time
 * after nothing refers to it; what was asked of it is done all the same.
 *
 * @example
 * ```ts
 * import { torch } from "@apprentice/distill";
 *
 * if (torch.cuda.isAvailable()) {
 *   using copying = new torch.cuda.Stream();
 *   const batch = torch.cuda.stream(copying, () => torch.ones([8]).pinMemory().to({ device: "cuda", nonBlocking: true }));
 *   using current = torch.cuda.currentStream();
 *   current.waitStream(copying);
 *   batch.recordStream(current);
 * }
 * ```
 */
export class Stream implements Disposable {
  /** The native handle; of no use outside this package. @ignore */
  readonly [HANDLE]: number;
  /** The device that the stream belongs to. */
  readonly device: Device;

  /**
   * Takes a stream from the device's pool.
   *
   * @throws {DeviceError} if there is no such device, or it is the CPU.
   */
  constructor(options: StreamOptions = {}) {
    const { device = "cuda", priority = 0 } = options;
    const asked = ask(device, priority < 0 ? Kind.important : Kind.pool);
    this[HANDLE] = asked.handle;
    this.device = asked.device;
    catchLater(this);
  }

  /** Whether everything asked of the stream is done. */
  query(): boolean {
    return check(native.ap_work_done(context, handleOf(this, "stream"))) === 1;
  }

  /** Waits until everything asked of the stream is done. */
  synchronize(): void {
    check(native.ap_work_wait(context, handleOf(this, "stream"), 0));
  }

  /** Has what is asked of this stream from now on wait for what an event stands for. The CPU does not wait. */
  waitEvent(event: Event): void {
    check(native.ap_work_wait(context, handleOf(event, "event"), handleOf(this, "stream")));
  }

  /** Has what is asked of this stream from now on wait for what was asked of another. The CPU does not wait. */
  waitStream(other: Stream): void {
    check(native.ap_work_wait(context, handleOf(other, "stream"), handleOf(this, "stream")));
  }

  /** Has an event, or a new one, stand for what was asked of this stream so far, and returns it. */
  recordEvent(event: Event = new Event({ device: this.device })): Event {
    event.record(this);
    return event;
  }

  /** Lets go of the stream; what was asked of it is done all the same. */
  dispose(): void {
    releaseOne(context, this[HANDLE]);
  }

  /** Same as {@linkcode Stream.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/**
 * A point in a stream's work, which others can wait for, or take the time at. It is freed as a {@linkcode Stream} is.
 *
 * @example
 * ```ts
 * import { torch } from "@apprentice/distill";
 *
 * if (torch.cuda.isAvailable()) {
 *   using start = new torch.cuda.Event({ enableTiming: true });
 *   using end = new torch.cuda.Event({ enableTiming: true });
 *   start.record();
 *   torch.rand([1000, 1000], { device: "cuda" }).sum();
 *   end.record();
 *   end.synchronize();
 *   console.log(start.elapsedTime(end), "ms");
 * }
 * ```
 */
export class Event implements Disposable {
  /** The native handle; of no use outside this package. @ignore */
  readonly [HANDLE]: number;

  /**
   * Makes an event that stands for nothing yet: to wait for it is to wait for nothing.
   *
   * @throws {DeviceError} if there is no such device, or it is the CPU.
   */
  constructor(options: EventOptions = {}) {
    const { device = "cuda", enableTiming = false } = options;
    open();
    check(native.ap_event(context, deviceCode(device), enableTiming ? 1 : 0));
    this[HANDLE] = frame[0];
    check(native.ap_scope_keep(context, this[HANDLE]));
    catchLater(this);
  }

  /** Has the event stand for what was asked of a stream so far; of its device's current one by default. */
  record(stream?: Stream): void {
    const on = stream === undefined ? 0 : handleOf(stream, "stream");
    check(native.ap_event_record(context, handleOf(this, "event"), on));
  }

  /** Has what is asked of a stream from now on wait for the event; of the current stream by default. */
  wait(stream?: Stream): void {
    if (stream !== undefined) return stream.waitEvent(this);
    using current = currentStream();
    current.waitEvent(this);
  }

  /** Whether what the event stands for is done. */
  query(): boolean {
    return check(native.ap_work_done(context, handleOf(this, "event"))) === 1;
  }

  /** Waits until what the event stands for is done. */
  synchronize(): void {
    check(native.ap_work_wait(context, handleOf(this, "event"), 0));
  }

  /**
   * The milliseconds from this event to `end`, both recorded and done.
   *
   * @throws {ArgumentError} if one of them was made without `enableTiming`.
   * @throws {TorchError} if one of them is not recorded, or not done.
   */
  elapsedTime(end: Event): number {
    check(native.ap_event_elapsed(context, handleOf(this, "event"), handleOf(end, "event")));
    return frame[0];
  }

  /** Frees the event. */
  dispose(): void {
    releaseOne(context, this[HANDLE]);
  }

  /** Same as {@linkcode Event.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/**
 * The stream that this thread's work on a device goes to.
 *
 * @throws {DeviceError} if there is no such device, or it is the CPU.
 */
export function currentStream(device: Device = "cuda"): Stream {
  return existing(device, Kind.current);
}

/**
 * The stream that work on a device goes to where no other is chosen.
 *
 * @throws {DeviceError} if there is no such device, or it is the CPU.
 */
export function defaultStream(device: Device = "cuda"): Stream {
  return existing(device, Kind.standard);
}

/**
 * Runs `body` with a stream as the current one, and its device as the current device; returns what it returns.
 *
 * @throws {ArgumentError} if `body` is asynchronous.
 */
export function stream<R>(stream: Stream, body: () => R): R {
  check(native.ap_stream_use(context, handleOf(stream, "stream")));
  const [before, device] = frame;
  try {
    return synchronous(body(), "cuda.stream");
  } finally {
    check(native.ap_stream_use(context, before));
    releaseOne(context, frame[0]);
    releaseOne(context, before);
    setDevice(device);
  }
}
