import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ArgumentError, ShapeError } from "../../src/base/errors.ts";
import type { LoadTeacherOptions } from "../../src/teachers/load_options.ts";
import { differencesOf } from "../../src/base/spec.ts";
import { load } from "../../src/teachers/load.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";

const golden = (name: string) =>
  new URL(`../golden/script_modules/${name}`, import.meta.url).pathname;
const truth = () => torch.loadSafetensors(golden("returned.safetensors"), { device });
const view = { size: [6, 8], mean: [0, 0, 0], std: [1, 1, 1] } as const;
const open = (name: string, options: LoadTeacherOptions = {}) =>
  load(golden(`${name}.pt`), { view, device, ...options });
const maps = (tensor: torch.Tensor) => tensor.mean([2, 3]);

for (const kind of ["scripted", "traced"]) {
  test(`a tap by a module's name is what the module returned: ${kind}`, async () => {
    const taps: [string, (want: Record<string, torch.Tensor>) => torch.Tensor][] = [
      ["blocks.1", (want) => maps(want["blocks.1#0"])],
      ["blocks/1", (want) => maps(want["blocks.1#0"])],
      ["stem", (want) => maps(want["stem#0"])],
      ["pool", (want) => maps(want["pool#0"])],
      ["blocks.0.act", (want) => maps(want["blocks.0.act#0"])],
      // Tokens with their channels last.
      ["named.last", (want) => want["named.last#0"].mean([1, 2])],
      ["named.last.norm", (want) => want["named.last.norm#0"].mean([1, 2])],
    ];
    for (const [tap, expected] of taps) {
      using teacher = await open(kind, { tap, kind: "predictive" });
      torch.scope(() => {
        const want = truth();
        const { features, logits } = teacher.run(want.images);
        assertClose(features, expected(want), { atol: 1e-5 });
        assertClose(logits!, want.logits, { atol: 1e-5 });
      });
    }
  });

  test(`a module that does not return one thing is refused in words: ${kind}`, async () => {
    const refused = async (tap: LoadTeacherOptions["tap"], ...words: string[]) => {
      const { message } = await assertRejects(() => open(kind, { tap }), ArgumentError);
      for (const word of words) assertStringIncludes(message, word);
    };
    await refused("twice", 'module "twice"', "calls it 2 times");
    await refused("never", "does not call it");
    await refused("conv", "the nearest of its 30 modules blocks.0.conv");
    await refused("layer4", 'no tensor at forward()["layer4"]', "returns a tensor [1, 5]");
    await refused({ module: "layer4" }, 'no module "layer4"');
    await refused({ module: "head", method: "forward_head" }, "a method or a module");
    if (kind === "traced") await refused("blocks.0.drop", "returned nothing");
    using teacher = await open(kind, { tap: { module: "pair", at: 0 } });
    assertEquals(teacher.featureDim, 4);
  });
}

test("methods beside forward are taps, as before", async () => {
  using teacher = await open("scripted", { tap: "forward_features" });
  torch.scope(() => {
    const want = truth();
    assertClose(teacher.run(want.images).features, maps(want["twice#1"]), { atol: 1e-5 });
  });
});

for (const name of ["float16", "bfloat16", "frozen_float16", "frozen_bfloat16", "frozen"]) {
  test(`images are brought to what a module computes in: ${name}`, async () => {
    using teacher = await open(name, { kind: "predictive" });
    torch.scope(() => {
      const want = truth();
      const logits = teacher.run(want.images).logits!.float();
      const expected = want[name.replace("frozen_", "")] ?? want.logits;
      assertClose(logits, expected, { atol: name === "frozen" ? 1e-5 : 3e-2 });
    });
  });
}

test("features and logits are found by what everybody calls them", async () => {
  for (const [name, features] of [["through", "features"], ["record", "pooler_output"]]) {
    using votes = await open(name, { kind: "predictive" });
    using looks = await open(name);
    torch.scope(() => {
      const want = truth();
      const seen = votes.run(want.images);
      assertClose(seen.features, want[`${name}.${features}`]);
      assertClose(seen.logits!, want[`${name}.logits`]);
      assertClose(looks.run(want.images).features, want[`${name}.${features}`]);
    });
  }
  using tokens = await open("record", { tap: "last_hidden_state", tokens: "mean" });
  // No key of the result, so a module.
  using features = await open("record", { tap: "features" });
  torch.scope(() => {
    const want = truth();
    assertClose(tokens.run(want.images).features, want["record.pooler_output"]);
    assertClose(features.run(want.images).features, maps(want["record.features#0"]));
  });
});

test("of results that nobody names so the message says what there is", async () => {
  const { message } = await assertRejects(() => open("deep"), ArgumentError);
  assertStringIncludes(message, "several tensors at forward()");
  assertStringIncludes(
    message,
    "[{ stages: [a tensor [1, 3, 6, 8], a tensor [1, 3]] }, None]",
  );
  using deep = await open("deep", { tap: { at: [0, "stages", 1] } });
  torch.scope(() => {
    const { images } = truth();
    assertClose(deep.run(images).features, images.mean([2, 3]));
  });
  await assertRejects(
    () => open("deep", { kind: "predictive", logits: { at: [0, "stages", 0] } }),
    ShapeError,
    'Logits are of shape (B, numClasses); forward()[0]["stages"][0]',
  );
});

test("another tap makes another teacher", async () => {
  const specOf = async (options: LoadTeacherOptions) => {
    using teacher = await open("scripted", { ...options, name: "t" });
    return teacher.spec();
  };
  const spec = await specOf({ tap: "blocks.1" });
  for (const options of [{ tap: "blocks.0" }, { tap: "blocks.1", tokens: "mean" as const }]) {
    assert(differencesOf(spec, await specOf(options)).length > 0);
  }
  assertEquals(differencesOf(spec, await specOf({ tap: "blocks/1" })), []);
});
