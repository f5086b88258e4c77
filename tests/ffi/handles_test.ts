import { assert, assertEquals, assertThrows } from "@std/assert";
import { check, context, frame, native, opCall, open } from "../../ffi/native.ts";
import { ArgumentError, DisposedError, LibraryError } from "../../src/base/errors.ts";
import { findOperator } from "../../src/torch/core.ts";
import { HANDLE } from "../../src/torch/handle.ts";
import * as torch from "../../src/torch/mod.ts";
import { device, test } from "../helpers.ts";

/** Numbers that are no handle of anything alive. */
const madeUp = [
  0,
  1,
  -1,
  0.5,
  NaN,
  Infinity,
  -Infinity,
  -0,
  4194303,
  2 ** 32,
  2 ** 52 + 1,
  2 ** 53 - 1,
  2 ** 53,
  2 ** 63,
  2 ** 64,
  1e300,
  -(2 ** 53),
  5e-324,
];

/** Every function that takes a handle, with the handle in all its places. */
function uses(handle: number): Record<string, () => number> {
  const good = torch.ones([2], { device });
  const inFrame = (...values: number[]) => values.forEach((value, i) => frame[i] = value);
  return {
    ap_tensor_meta: () => native.ap_tensor_meta(context, handle),
    ap_tensor_item: () => native.ap_tensor_item(context, handle),
    ap_tensor_to_data: () => native.ap_tensor_to_data(context, handle, new Uint8Array(8), 8),
    ap_scope_keep: () => native.ap_scope_keep(context, handle),
    ap_scope_hand_over: () => native.ap_scope_hand_over(context, handle, 0),
    ap_set_requires_grad: () => native.ap_set_requires_grad(context, handle, 1),
    ap_set_grad: () => native.ap_set_grad(context, handle, 0),
    ap_set_rng_state: () => native.ap_set_rng_state(context, 0, handle),
    ap_get_grads: () => (inFrame(handle), native.ap_get_grads(context, 1)),
    ap_clear_grads: () => (inFrame(good[HANDLE], handle), native.ap_clear_grads(context, 2)),
    ap_script_method: () => native.ap_script_method(context, handle, 0),
    ap_script_module: () => native.ap_script_module(context, handle, 0),
    ap_script_record: () => native.ap_script_record(context, handle, 0),
    ap_script_run: () => native.ap_script_run(context, handle, 0, 0),
    ap_script_tensors: () => native.ap_script_tensors(context, handle, 0),
    ap_script_to: () => native.ap_script_to(context, handle, -1, -1),
    ap_trace_parameter: () => native.ap_trace_parameter(context, handle, good[HANDLE], 0, 0),
    ap_trace_module: () => native.ap_trace_module(context, handle, 0, 0),
    ap_trace_end: () => native.ap_trace_end(context, handle, 0),
    ap_trace_node: () => native.ap_trace_node(context, handle, 0),
    ap_trace_scale: () => native.ap_trace_scale(context, handle, 0, 1),
    ap_trace_script: () => native.ap_trace_script(context, handle),
    ap_group_abort: () => native.ap_group_abort(context, handle),
    ap_stream_use: () => native.ap_stream_use(context, handle),
    ap_event_record: () => native.ap_event_record(context, handle, 0),
    ap_event_elapsed: () => native.ap_event_elapsed(context, handle, handle),
    ap_work_done: () => native.ap_work_done(context, handle),
    ap_work_wait: () => native.ap_work_wait(context, handle, 0),
    ap_graph_generator: () => native.ap_graph_generator(context, handle, handle),
    ap_graph_begin: () => native.ap_graph_begin(context, handle, 0, 0, 0),
    ap_graph_step: () => native.ap_graph_step(context, handle, 1),
    record_stream: () => {
      const recordStream = findOperator("aten::record_stream");
      inFrame(good[HANDLE], handle);
      return opCall(context, recordStream, 2);
    },
    ap_script_train: () => native.ap_script_train(context, handle, 1),
    ap_store_set: () => native.ap_store_set(context, handle, 0, 0),
    ap_store_get: () => native.ap_store_get(context, handle, 0, 0),
    ap_store_add: () => native.ap_store_add(context, handle, 0, 1),
    ap_group_open: () => (inFrame(handle, 0, 1, 1, 0, 0, 0), native.ap_group_open(context)),
    ap_group_barrier: () => native.ap_group_barrier(context, handle, 1),
    ap_group_gather: () => native.ap_group_gather(context, handle, good[HANDLE]),
    ap_group_batch_norm: () =>
      native.ap_group_batch_norm(context, handle, good[HANDLE], 0, 0, 1e-5),
    ap_reducer_open: () => (inFrame(handle), native.ap_reducer_open(context, handle, 1, 1)),
    ap_reducer_prepare: () => native.ap_reducer_prepare(context, handle, good[HANDLE]),
    add: () => {
      const add = findOperator("aten::add.Tensor");
      inFrame(good[HANDLE], handle, 1);
      return opCall(context, add, 3);
    },
    cat: () => {
      const cat = findOperator("aten::cat");
      inFrame(2, good[HANDLE], handle, 0);
      return opCall(context, cat, 2);
    },
  };
}

test("made-up handles are errors in every function, never a crash", () => {
  open();
  for (const handle of madeUp) {
    for (const [name, use] of Object.entries(uses(handle))) {
      const status = use();
      assert(status === -8 || status === -9, `${name}(${handle}) gave ${status}`);
      assertThrows(() => check(status), status === -8 ? DisposedError : ArgumentError);
    }
    // Letting go of what is not there does nothing.
    assertEquals(native.ap_release_one(context, handle), 0);
    frame[0] = handle;
    assertEquals(native.ap_release(context, 1), 0);
  }
});

test("stale handles are DisposedErrors, also when their place is used again", () => {
  const first = torch.ones([2], { device });
  const handle = first[HANDLE];
  first.dispose();
  for (let i = 0; i < 3; i++) {
    using _again = torch.ones([2], { device });
    for (const [name, use] of Object.entries(uses(handle))) assertEquals(use(), -8, name);
    assertEquals(native.ap_release_one(context, handle), 0);
  }
});

/** The number whose bits are what `change` makes of those of `value`. */
function withBits(change: (bits: bigint) => bigint, value: number): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  view.setBigUint64(0, change(view.getBigUint64(0)));
  return view.getFloat64(0);
}

test("random numbers as handles never name a tensor", () => {
  const x = torch.ones([2], { device });
  let state = 7;
  for (let i = 0; i < 10_000; i++) {
    state = state * 48271 % 2147483647;
    // Around the real one, and anywhere.
    const handle = i % 2
      ? withBits((bits) => bits + BigInt(state % 2_000_001 - 1_000_000), x[HANDLE])
      : withBits((bits) => bits ^ BigInt(state) << BigInt(i % 34), x[HANDLE]);
    if (handle === x[HANDLE]) continue;
    const status = native.ap_tensor_meta(context, handle);
    // Other tensors of this process have handles near this one: those are alive, and no harm is done.
    assert(status > 0 || status === -8 || status === -9);
  }
  assertEquals(x.toArray(), [1, 1]);
});

test("a number that is no open context is an error in every function", () => {
  open();
  for (const id of [context + 1, 4095, 4096, 2 ** 31, 2 ** 32 - 1]) {
    assertEquals(native.ap_op_call(id, 1, 0), -12);
    assertEquals(native.ap_release_one(id, 1), -12);
    assertEquals(native.ap_tensor_meta(id, 1), -12);
    assertEquals(native.ap_memory(id, 0), -12);
    assertEquals(native.ap_context_close(id), -12);
    assertEquals(native.ap_context_frame(id), null);
    assertEquals(native.ap_context_text(id), null);
  }
  assertThrows(() => check(-12), LibraryError, "context");
});

test("operator numbers, argument counts and lengths that cannot be are errors", () => {
  const add = findOperator("aten::add.Tensor");
  for (const op of [0, 1e6, 2 ** 32 - 1]) {
    assertThrows(() => check(opCall(context, op, 0)), ArgumentError, "operator number");
    assertThrows(() => check(native.ap_op_schema(context, op)), ArgumentError);
  }
  frame.fill(0, 0, 16);
  assertThrows(() => check(opCall(context, add, 2 ** 32 - 1)), ArgumentError, "too many");
  assertThrows(() => check(opCall(context, add, 0)), ArgumentError, "missing");
  const cat = findOperator("aten::cat");
  for (const length of [-1, 65536, 2 ** 53, NaN, Infinity, 0.5]) {
    frame[0] = length;
    assertThrows(() => check(opCall(context, cat, 2)), ArgumentError);
  }
  const einsum = findOperator("aten::einsum");
  for (const length of [-1, 65537, NaN]) {
    frame[0] = length;
    frame[1] = 0;
    assertThrows(() => check(opCall(context, einsum, 2)), ArgumentError);
  }
  assertThrows(() => check(native.ap_op_find(context, 2 ** 32 - 1)), ArgumentError);
  assertThrows(
    () => check(native.ap_tensor_from_data(context, new Uint8Array(4), 4, 6, 2 ** 32 - 1, 0)),
    ArgumentError,
  );
  frame[0] = 1;
  for (const dtype of [44, 99, 2 ** 32 - 1]) {
    assert(native.ap_tensor_from_data(context, new Uint8Array(4), 4, dtype, 1, 0) < 0);
  }
  assert(native.ap_tensor_from_data(context, new Uint8Array(4), 8, 6, 1, 0) < 0);
  const x = torch.ones([2]);
  assert(native.ap_tensor_to_data(context, x[HANDLE], new Uint8Array(4), 4) < 0);
  assert(native.ap_backward(context, 2 ** 32 - 1, 0, 0) < 0);
  assert(native.ap_memory(context, 2 ** 32 - 1) < 0);
  assert(native.ap_autocast(context, 2 ** 32 - 1, 1, 6) < 0);
  assert(native.ap_stream(context, 2 ** 32 - 1, 0) < 0);
  assert(native.ap_event(context, 2 ** 32 - 1, 0) < 0);
  assert(native.ap_graph(context, 2 ** 32 - 1) < 0);
  assert(native.ap_current_device(context, 2 ** 31 - 1) < 0);
  assert(native.ap_sync_debug(context, 3) < 0);
});
