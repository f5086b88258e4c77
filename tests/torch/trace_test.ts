import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { check, context, frame, native, writeText } from "../../ffi/native.ts";
import { ApprenticeError, ArgumentError } from "../../src/base/errors.ts";
import { HANDLE } from "../../src/torch/handle.ts";
import * as torch from "../../src/torch/mod.ts";
import { trace } from "../../src/torch/trace.ts";
import { assertClose, test } from "../helpers.ts";

const nothing = { className: "Nothing", modules: [], tensors: [] };

test("a trace has what was called, with parameters, modules and shapes", () => {
  const x = torch.randn([2, 3]);
  const w = torch.randn([3]);
  const traced = {
    className: "Two",
    modules: [["inner", "Scale"]],
    tensors: [["inner.weight", w, false]],
  } as const;
  using found = trace([x], traced, (modules) => {
    modules.enter("inner");
    const y = x.mul(w);
    modules.leave();
    return [y.sum(1)];
  });
  const called = found.nodes.filter(({ kind }) => kind.startsWith("aten::"));
  assertEquals(called.map(({ kind, module }) => [kind, module]), [
    ["aten::mul", "inner"],
    ["aten::sum", ""],
  ]);
  assertEquals(called.map(({ outputs }) => [outputs[0].dtype, outputs[0].shape]), [
    ["float32", [2, 3]],
    ["float32", [2]],
  ]);
  const weight = found.nodes.find(({ attribute }) => attribute === "inner.weight")!;
  assertEquals(called[0].inputs, [found.inputs[0].id, weight.outputs[0].id]);
  assertEquals(found.outputs, [called[1].outputs[0].id]);
});

test("constants keep their values", () => {
  const x = torch.randn([4]);
  using found = trace([x], nothing, () => [
    x.mul(0.1).narrow(0, 1, 3).add(torch.tensor([1, 2, 3])),
  ]);
  const values = found.nodes.filter(({ kind }) => kind === "prim::Constant")
    .map(({ value }) => value instanceof torch.Tensor ? value.toArray() : value);
  assert(values.includes(3));
  assert(values.includes(0.1));
  assert(values.some((value) => Array.isArray(value) && value.join() === "1,2,3"));
});

test("an error in what is traced ends the trace, and so does an output of elsewhere", () => {
  const x = torch.randn([4]);
  assertThrows(() =>
    trace([x], nothing, () => {
      throw new RangeError("mine");
    }), RangeError);
  const other = torch.ones([1]);
  assertThrows(() => trace([x], nothing, () => [other]), ArgumentError, "not computed");
  using again = trace([x], nothing, () => [x.neg()]);
  assertEquals(again.nodes.map(({ kind }) => kind), ["aten::neg"]);
});

test("a thread traces one thing at a time", () => {
  const x = torch.randn([4]);
  using outer = trace([x], nothing, () => {
    assertThrows(
      () => trace([x], nothing, () => [x.neg()]),
      ApprenticeError,
      "tracing already",
    );
    return [x.exp()];
  });
  assertEquals(outer.nodes.map(({ kind }) => kind), ["aten::exp"]);
});

test("a number that is made a multiple of the batch follows it in the file", async () => {
  const x = torch.randn([2, 3]);
  using found = trace([x], nothing, () => [x.reshape([2 * 3, 1]).mul(2)]);
  const sizes = found.nodes.findIndex(({ value }) => value === 6);
  found.scale(sizes, 3);
  const path = await Deno.makeTempFile({ suffix: ".pt" });
  try {
    await Deno.writeFile(path, found.toScript());
    assertThrows(() => found.toScript(), ArgumentError, "already");
    using script = torch.loadScript(path);
    torch.scope(() => {
      const y = torch.randn([5, 3]);
      assertClose(script.forward(y) as torch.Tensor, y.reshape([15, 1]).mul(2));
    });
  } finally {
    await Deno.remove(path);
  }
});

test("calls in another order than that of a trace are errors, and the thread goes on", () => {
  const x = torch.randn([4]);
  frame[0] = x[HANDLE];
  check(native.ap_trace_begin(context, 1, writeText("Odd")));
  const handle = frame[0];
  const refused = (status: number, words: string): void => {
    const error = assertThrows(() => check(status), ArgumentError);
    assertStringIncludes(error.message, words);
  };
  refused(native.ap_trace_module(context, handle, 0, 0), "has begun");
  refused(native.ap_trace_module(context, handle, 1, writeText("unknown")), "unknown");
  refused(native.ap_trace_node(context, handle, 0), "has not ended");
  refused(native.ap_trace_script(context, handle), "has not ended");
  check(native.ap_trace_module(context, handle, 2, writeText("a.b")));
  check(native.ap_trace_module(context, handle, 1, writeText("a.b")));
  refused(
    native.ap_trace_parameter(context, handle, x[HANDLE], 0, writeText("w")),
    "begun already",
  );
  check(native.ap_trace_end(context, handle, 0));
  refused(native.ap_trace_end(context, handle, 0), "has ended");
  refused(native.ap_trace_script(context, handle), "given up");
  refused(native.ap_trace_scale(context, handle, 0, NaN), "no size");
  refused(native.ap_trace_node(context, handle, 99), "number 99");
  native.ap_release_one(context, handle);
  assertEquals(torch.ones([2]).add(1).toArray(), [2, 2]);
});
