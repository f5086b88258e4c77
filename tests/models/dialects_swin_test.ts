import { assertEquals } from "@std/assert";
import { swinDialects } from "../../src/models/dialects/swin.ts";
import { Swin } from "../../src/models/swin.ts";
import type { Classifier } from "../../src/nn/mod.ts";
import { test } from "../helpers.ts";
import { goldenNames } from "../parity/parity.ts";
import { assertComputesTheSame, stateOf, translateFor } from "./dialect_records.ts";

const path = new URL("../golden/dialects_swin.safetensors", import.meta.url).pathname;

const convnext = new URL("../golden/dialects_convnext.safetensors", import.meta.url).pathname;

const makers: Record<string, () => Classifier> = {
  Swin: () => new Swin({ numClasses: 10, dim: 8, depths: [2, 1, 2], heads: [1, 2, 4] }),
};

for (const record of goldenNames(path)) {
  test(`${record} computes the same as ours`, () => {
    using model = makers.Swin();
    assertComputesTheSame(model, path, record);
  });
}

test("every dialect is spoken by one record or more, and each record speaks one", () => {
  // timm's names are a Swin's own.
  const spoken = goldenNames(path).filter((record) => record !== "timm's Swin").map((record) => {
    const keys = new Set(Object.keys(stateOf(path, record).state));
    const found = swinDialects.filter((dialect) => dialect.recognizes(keys)).map(({ name }) =>
      name
    );
    assertEquals(found.length, 1, record);
    return found[0];
  });
  // That of torchvision's Swins is spoken by records of other files.
  const known = swinDialects.map(({ name }) => name).filter((name) =>
    name !== "torchvision's Swin"
  );
  assertEquals(new Set(spoken), new Set(known));
});

test("a dialect of another network is left alone", () => {
  using model = makers.Swin();
  const { state } = stateOf(convnext, "transformers'");
  assertEquals(Object.keys(translateFor(model, state)), Object.keys(state));
});
