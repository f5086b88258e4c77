import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { openCheckpoint } from "../../src/checkpoints/mod.ts";
import { ArgumentError } from "../../src/base/errors.ts";
import { load } from "../../src/teachers/load.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";

const golden = (name: string) =>
  new URL(`../golden/script_returns/${name}.pt`, import.meta.url).pathname;
const view = { size: [4, 4], mean: [0, 0, 0], std: [1, 1, 1] } as const;
const image = () =>
  torch.tensor([51, 102, 255], { dtype: "uint8", device }).reshape(1, 3, 1, 1).repeat(1, 1, 4, 4);
const truth = [[0.2, 0.4, 1]];

for (const name of ["enums", "named", "maybe", "record", "nested"]) {
  test(`a scripted module finds the one tensor that it returns: ${name}`, async () => {
    using features = await load(golden(name), { view, device });
    using classes = await load(golden(name), { view, device, kind: "predictive" });
    torch.scope(() => {
      assertClose(features.run(image()).features, truth);
      assertClose(classes.run(image()).logits, truth);
    });
  });
}

test("of several tensors one is chosen, and of none the message says what there is", async () => {
  const several = await assertRejects(() => load(golden("pair"), { view }), ArgumentError);
  assertStringIncludes(several.message, "several tensors at forward()");
  assertStringIncludes(several.message, "[a tensor [1, 3], None, [a tensor [1, 3]]]");
  assertStringIncludes(several.message, "at: [keys and indices]");
  using second = await load(golden("pair"), { view, device, tap: 2 });
  using deep = await load(golden("pair"), {
    view,
    device,
    tap: { at: [2, 0] },
    logits: 0,
    kind: "predictive",
  });
  torch.scope(() => {
    assertClose(second.run(image()).features, [[0.4, 0.8, 2]]);
    const { features, logits } = deep.run(image());
    assertClose(features, [[0.4, 0.8, 2]]);
    assertClose(logits, truth);
  });
  await assertRejects(
    () => load(golden("pair"), { view, tap: 1 }),
    ArgumentError,
    "no tensor",
  );
  await assertRejects(
    () => load(golden("nothing"), { view }),
    ArgumentError,
    "returns None",
  );
});

test("enums are read in a program, come back as their values, and are passed over in its weights", () => {
  using model = torch.loadScript(golden("enums"));
  assertEquals(model.run("which"), 2);
  using checkpoint = openCheckpoint(golden("enums"));
  assertEquals([checkpoint.format, checkpoint.names], ["torchscript", ["scale"]]);
});
