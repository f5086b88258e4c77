import {
  assert,
  assertEquals,
  assertNotEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { check, context, frame, native, opCall } from "../../ffi/native.ts";
import { ApprenticeError, ArgumentError } from "../../src/base/errors.ts";
import { findOperator } from "../../src/torch/core.ts";
import { HANDLE } from "../../src/torch/handle.ts";
import * as torch from "../../src/torch/mod.ts";
import { test } from "../helpers.ts";

const root = new URL("../../", import.meta.url);

/** Every entry that takes a tensor, with what should be one in all its places. */
function entries(it: torch.Tensor): Record<string, () => unknown> {
  const x = torch.ones([3]);
  const leaf = torch.ones([3], { requiresGrad: true });
  const loss = () => leaf.mul(2).sum();
  return {
    "a method's argument": () => x.add(it),
    "an in-place method's argument": () => x.copy_(it),
    "a function's argument": () => torch.where(x.gt(0), it, it),
    "an optional argument": () => torch.linear(torch.ones([1, 1]), torch.ones([1, 1]), it),
    "a list": () => torch.cat([x, it]),
    "a list of one": () => torch.stack([it]),
    "torch.call": () => torch.call("aten::neg", it, {}),
    "torch.call, by name": () => torch.call("aten::add.Tensor", x, { other: it }),
    "torch.call, a list": () => torch.call("aten::cat", [x, it]),
    "an index": () => x.index(it),
    "an index to write to": () => x.indexPut_([it], 1),
    "a value to write": () => x.indexPut_([0], it),
    "backward's gradient": () => leaf.mul(2).backward(it),
    "backward's inputs": () => loss().backward(undefined, { inputs: [it] }),
    "grad's outputs": () => torch.grad([it], [leaf]),
    "grad's inputs": () => torch.grad([loss()], [it]),
    "grad's gradients": () => torch.grad([leaf.mul(2)], [leaf], { gradients: [it] }),
    "the grad setter": () => leaf.grad = it,
    "gradsOf": () => torch.gradsOf([it]),
    "clearGrads": () => torch.clearGrads([it]),
    "keep": () => torch.keep(it),
    "setRngState": () => torch.setRngState(it),
    "saveSafetensors": () => torch.saveSafetensors("never.safetensors", { it }),
    "a generator": () => torch.rand([2], { generator: it as never }),
    "a method's generator": () => torch.ones([2]).normal_(0, 1, { generator: it as never }),
  };
}

/** All entries refuse it with a typed error that says what to do. */
function assertRefused(it: unknown, words = /tensor|generator/): void {
  for (const [name, use] of Object.entries(entries(it as torch.Tensor))) {
    const error = assertThrows(use, ApprenticeError, undefined, name);
    assert(words.test(error.message), `${name}: ${error.message}`);
  }
}

test("what only looks like a tensor is none: clones, literals, objects with its prototype", () => {
  const real = torch.tensor([1, 2, 3]);
  const handle = real[HANDLE];
  for (
    const it of [
      structuredClone(real),
      { handle },
      { ...real, [HANDLE]: undefined },
      {},
      Object.create(torch.Tensor.prototype),
      Object.assign(Object.create(null), { handle }),
    ]
  ) assertRefused(it);
  assertThrows(() => torch.ones([3]).add({ handle } as never), ArgumentError, "SharedArrayBuffer");
  assertEquals(real.toArray(), [1, 2, 3]);
});

test("handles of another context are refused in every function, whatever lies there", () => {
  const mine = torch.tensor([1, 2, 3]);
  // As the second copy of the package, or a worker, has it.
  const other = check(native.ap_context_open());
  try {
    const otherFrame = new Float64Array(
      Deno.UnsafePointerView.getArrayBuffer(native.ap_context_frame(other)!, 64),
    );
    for (let i = 0; i < 300; i++) {
      otherFrame[0] = 3;
      check(native.ap_tensor_from_data(other, new Uint8Array(12), 12, 6, 1, 0));
      const theirs = otherFrame[0];
      assertNotEquals(theirs, mine[HANDLE]);
      frame[0] = mine[HANDLE];
      frame[1] = theirs;
      frame[2] = 1;
      const error = assertThrows(
        () => check(opCall(context, findOperator("aten::add.Tensor"), 3)),
        ArgumentError,
      );
      assertStringIncludes(error.message, "another worker");
      assertStringIncludes(error.message, "SharedArrayBuffer");
      assert(native.ap_tensor_meta(context, theirs) === -9);
      assert(native.ap_tensor_meta(other, mine[HANDLE]) === -9);
      assertEquals(native.ap_release_one(context, theirs), 0);
    }
    assertEquals(mine.toArray(), [1, 2, 3]);
  } finally {
    native.ap_context_close(other);
  }
});

test("a tensor of a second copy of the package is refused, and its values are not", async () => {
  const folder = await Deno.makeTempDir();
  try {
    // Another address for the same files is another copy to Deno.
    for (const name of ["src", "ffi", "native"]) {
      await Deno.symlink(new URL(name, root).pathname, `${folder}/${name}`);
    }
    const copy: typeof torch = await import(`file://${folder}/src/torch/mod.ts`);
    assertNotEquals(copy.Tensor, torch.Tensor);
    using theirs = copy.full([3], 5);
    torch.scope(() => assertRefused(theirs));
    using generator = new copy.Generator(1);
    torch.scope(() => assertRefused(generator));
    torch.scope(() => {
      const error = assertThrows(
        () => torch.call("aten::neg", theirs as never),
        ArgumentError,
        "another copy",
      );
      assertStringIncludes(error.message, "torch.tensor(other.data()");
      assertEquals(torch.ones([3]).add(torch.tensor(theirs.data())).toArray(), [6, 6, 6]);
    });
    assertEquals(theirs.toArray(), [5, 5, 5]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

test("a tensor that is posted to a worker is refused there; its bytes are not", async () => {
  const worker = new Worker(new URL("children/foreign.ts", import.meta.url), { type: "module" });
  const ask = (question: unknown, transfer: Transferable[] = []) =>
    new Promise<unknown>((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = (event) => {
        event.preventDefault();
        reject(new Error(event.message));
      };
      worker.postMessage(question, transfer);
    });
  try {
    using tensor = torch.tensor([1, 2, 3]);
    const [added, meta] = await ask({ tensor, handle: tensor[HANDLE] }) as string[];
    assertStringIncludes(added, "ArgumentError");
    assertStringIncludes(added, "post what data() gives");
    assertEquals(meta, "gave an error");
    const bytes = tensor.data().slice().buffer;
    assertEquals(await ask({ bytes, shape: [3] }, [bytes]), [2, 4, 6]);
    const shared = new SharedArrayBuffer(12);
    new Float32Array(shared).set(tensor.data() as Float32Array);
    assertEquals(await ask({ bytes: shared, shape: [3] }), [2, 4, 6]);
    const handle = await ask({ ask: "handle" }) as number;
    assert(handle !== 0 && native.ap_tensor_meta(context, handle) === -9);
  } finally {
    worker.terminate();
  }
});

test("one kind of thing where another is wanted: the error names both", () => {
  using generator = new torch.Generator(1);
  const x = torch.ones([2]);
  assertThrows(
    () => x.add(generator as never),
    ArgumentError,
    "should be a tensor and is a generator",
  );
  assertThrows(() => torch.cat([x, generator as never]), ArgumentError, "is a generator");
  assertThrows(
    () => x.normal_(0, 1, { generator: x as never }),
    ArgumentError,
    "should be a generator and is a tensor",
  );
  assertThrows(
    () => torch.rand([2], { generator: x as never }),
    ArgumentError,
    "must be a generator, got a tensor",
  );
  assertThrows(
    () => torch.call("aten::neg", generator),
    ArgumentError,
    "must be a tensor, got a generator",
  );
  assertThrows(() => torch.call("aten::neg", [x]), ArgumentError, "got an array");
  assertThrows(() => torch.setRngState(generator as never), ArgumentError, "is a generator");
  assertThrows(
    () => native.ap_script_method(context, x[HANDLE], 0) >= 0 || check(-9),
    ApprenticeError,
  );
});
