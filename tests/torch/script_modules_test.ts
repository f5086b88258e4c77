import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ArgumentError, DisposedError, FormatError } from "../../src/base/errors.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";

const golden = (name: string) =>
  new URL(`../golden/script_modules/${name}`, import.meta.url).pathname;
const truth = () => torch.loadSafetensors(golden("returned.safetensors"), { device });
const load = (name: string) => torch.loadScript(golden(`${name}.pt`), { device });

/** The modules whose results PyTorch's hooks saw, with the number of calls. */
function calledModules(want: Record<string, torch.Tensor>): Map<string, number> {
  const calls = new Map<string, number>();
  for (const key of Object.keys(want)) {
    const name = /^([^#]+)#\d+$/.exec(key)?.[1];
    if (name?.startsWith("record.") === false) calls.set(name, (calls.get(name) ?? 0) + 1);
  }
  return calls;
}

for (const kind of ["scripted", "traced"]) {
  test(`what each module of a ${kind} model returns is what a hook in Python saw`, () => {
    const want = truth();
    using model = load(kind);
    const calls = calledModules(want);
    assert(calls.size > 20);
    const names = [...calls.keys()];
    const { output, returned } = model.observe(names, want.images);
    assertClose(output as torch.Tensor, want.logits, { atol: 1e-5 });
    for (const name of names) {
      // The trace has nothing of what a module that does nothing is given and gives.
      if (kind === "traced" && name.endsWith("drop")) {
        assertEquals(returned[name], [null]);
        continue;
      }
      assertEquals(returned[name].length, calls.get(name), name);
      returned[name].forEach((value, i) => {
        const tensor = Array.isArray(value) ? value[0] : value;
        assertClose(tensor as torch.Tensor, want[`${name}#${i}`], { atol: 1e-5 });
      });
    }
    // The module itself is as it was.
    assertClose(model.forward(want.images) as torch.Tensor, want.logits, { atol: 1e-5 });
    assertEquals(model.methods.includes("recording"), false);
  });
}

test("a module is observed in training, on other images, and by gradients, too", () => {
  const want = truth();
  using model = load("scripted");
  model.train();
  const { output } = model.observe(["blocks.1"], want.images);
  assertClose(output as torch.Tensor, want.train, { atol: 1e-4 });
  model.eval();
  const few = want.images.narrow(0, 0, 1);
  const { returned } = model.observe(["head", "pool"], few);
  assertEquals((returned.head[0] as torch.Tensor).shape, [1, 5]);
  assertEquals((returned.pool[0] as torch.Tensor).shape, [1, 4, 1, 1]);
  const [seen] = model.observe(["stem"], want.images).returned.stem;
  const weight = Object.fromEntries(model.namedParameters())["stem.0.weight"];
  const [grad] = torch.grad([(seen as torch.Tensor).sum()], [weight]);
  assert(grad!.abs().sum().item() as number > 0);
});

test("a module that is not called returned nothing, and one that there is not is refused", () => {
  using model = load("scripted");
  const image = torch.rand([1, 3, 6, 8], { device });
  assertEquals(model.observe(["never"], image).returned, { never: [] });
  const { message } = assertThrows(() => model.observe(["block.1"], image), ArgumentError);
  assertStringIncludes(message, 'no module "block.1"');
  assertStringIncludes(message, "blocks.1");
  assertThrows(() => model.observe(["head\nnever"], image), ArgumentError, "no module");
  assertThrows(() => model.observe(["head"]), ArgumentError, "forward(");
  assertEquals(Object.keys(model.observe([], image).returned), []);
  using frozen = load("frozen");
  assertEquals(frozen.modules, []);
  assertThrows(() => frozen.observe(["head"], image), ArgumentError, "which has none");
  model.dispose();
  assertThrows(() => model.observe(["head"], image), DisposedError);
});

test("a frozen module is in evaluation mode and stays there", () => {
  const want = truth();
  using model = load("frozen");
  assertEquals(model.training, false);
  assertEquals(model.eval().training, false);
  assertThrows(() => model.train(), ArgumentError, "frozen in evaluation mode");
  assertClose(model.forward(want.images) as torch.Tensor, want.logits, { atol: 1e-5 });
});

test("a module whose weights were left out by optimize_for_inference is refused with what to do", () => {
  assertThrows(() => load("optimized"), FormatError, "optimize_for_inference");
});
