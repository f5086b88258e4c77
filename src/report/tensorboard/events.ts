/**
 * TensorBoard's `Event` and `Summary` messages (tensorboard/compat/proto), as far as scalars need them.
 *
 * @module
 */

import type { MetricRecord } from "../metrics_sink.ts";

const TEXT = new TextEncoder();

/** A number as protobuf's varint. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push(value % 128 + 128);
  bytes.push(value);
  return bytes;
}

/** A field that holds a number: its tag (number and wire type 0), then a varint. */
function whole(field: number, value: number): number[] {
  return [field << 3, ...varint(value)];
}

/** A field that holds text or a message: its tag (number and wire type 2), its length, its bytes. */
function block(field: number, content: ArrayLike<number>): number[] {
  return [field << 3 | 2, ...varint(content.length), ...Array.from(content)];
}

/** `Event { double wall_time = 1; int64 step = 2; ... }` with one more field. */
function event(wallTime: number, step: number, content: number[]): Uint8Array {
  const head = new Uint8Array(9);
  head[0] = 1 << 3 | 1;
  new DataView(head.buffer).setFloat64(1, wallTime, true);
  return Uint8Array.of(...head, ...whole(2, step), ...content);
}

/** When an event was written, in seconds since 1970. */
export function wallTimeOf(event: Uint8Array): number {
  return new DataView(event.buffer, event.byteOffset, event.byteLength).getFloat64(1, true);
}

/** What a file begins with: `string file_version = 3`. */
export function versionEvent(wallTime: number): Uint8Array {
  return event(wallTime, 0, block(3, TEXT.encode("brain.Event:2")));
}

/**
 * Says that what was written before, in earlier files, counts no more: `SessionLog { status = 1 }` in field 7, START
 * being 1. TensorBoard drops what it has of steps from this event's on, all there are.
 */
export function restartEvent(wallTime: number): Uint8Array {
  return event(wallTime, 0, block(7, whole(1, 1)));
}

/** The scalars of a record: `Summary { Value { string tag = 1; float simple_value = 2 } value = 1 }` in field 5. */
export function scalarsEvent(
  wallTime: number,
  step: number,
  scalars: readonly (readonly [tag: string, value: number])[],
): Uint8Array {
  const values = scalars.map(([tag, value]) => {
    const float = new Uint8Array(5);
    float[0] = 2 << 3 | 5;
    new DataView(float.buffer).setFloat32(1, value, true);
    return block(1, [...block(1, TEXT.encode(tag)), ...float]);
  });
  return event(wallTime, step, block(5, values.flat()));
}

/**
 * What of a record TensorBoard shows: its numbers, each as `run/field`. What was taken at the end of an epoch
 * (`event: "epoch"`) is another curve than the means of some steps (`event: "steps"`) and is named
 * `run/epoch/field`. A record without a step shows nothing.
 */
export function scalarsOf(record: MetricRecord): [tag: string, value: number][] {
  const { run, event, step } = record;
  if (!Number.isSafeInteger(step) || Number(step) < 0) return [];
  const prefix = [run, event === "steps" ? null : event]
    .filter((part) => typeof part === "string" && part !== "");
  return Object.entries(record).flatMap(([field, value]): [string, number][] =>
    typeof value === "number" && field !== "step" ? [[[...prefix, field].join("/"), value]] : []
  );
}
