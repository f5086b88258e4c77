import { assertEquals } from "@std/assert";
import { ConvNeXt } from "../../src/models/convnext.ts";
import { convnextDialects } from "../../src/models/dialects/convnext.ts";
import { swinDialects } from "../../src/models/dialects/swin.ts";
import { Swin } from "../../src/models/swin.ts";
import type { Classifier } from "../../src/nn/mod.ts";
import { test } from "../helpers.ts";
import { goldenNames } from "../parity/parity.ts";
import { assertComputesTheSame, stateOf, translateFor } from "./dialect_records.ts";

const path = new URL("../golden/dialects_convnext_swin.safetensors", import.meta.url).pathname;

const makers: Record<string, () => Classifier> = {
  ConvNeXt: () => new ConvNeXt({ numClasses: 10, depths: [1, 2, 1, 1], dims: [8, 12, 16, 20] }),
  Swin: () => new Swin({ numClasses: 10, dim: 8, depths: [2, 1, 2], heads: [1, 2, 4] }),
};

for (const record of goldenNames(path)) {
  test(`${record} computes the same as ours`, () => {
    using model = makers[/ConvNeXt|Swin/.exec(record)![0]]();
    assertComputesTheSame(model, path, record);
  });
}

test("every dialect is spoken by one record or more, and each record speaks one", () => {
  const all = [...convnextDialects, ...swinDialects];
  // timm's names are the networks' own.
  const records = goldenNames(path).filter((record) => !record.startsWith("timm's"));
  const spoken = records.map((record) => {
    const keys = new Set(Object.keys(stateOf(path, record).state));
    const found = all.filter((dialect) => dialect.recognizes(keys)).map(({ name }) => name);
    assertEquals(found.length, 1, record);
    return found[0];
  });
  // That of torchvision's Swins is spoken by records of other files.
  const known = all.map(({ name }) => name).filter((name) => name !== "torchvision's Swin");
  assertEquals(new Set(spoken), new Set(known));
});

test("a dialect of another network is left alone", () => {
  using model = makers.Swin();
  const { state } = stateOf(path, "timm's ConvNeXt");
  assertEquals(Object.keys(translateFor(model, state)), Object.keys(state));
});
