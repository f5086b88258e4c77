import { assert, assertEquals } from "@std/assert";
import { ConvNeXt } from "../../src/models/convnext.ts";
import { convnextDialects } from "../../src/models/dialects/convnext.ts";
import { translateFor } from "../../src/models/dialects/mod.ts";
import { swinDialects } from "../../src/models/dialects/swin.ts";
import { Swin } from "../../src/models/swin.ts";
import type { Classifier } from "../../src/nn/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { device, test } from "../helpers.ts";
import { fill, goldenNames, uniform } from "../parity/parity.ts";

const path = new URL("../golden/dialects_convnext_swin.safetensors", import.meta.url).pathname;

const makers: Record<string, () => Classifier> = {
  ConvNeXt: () => new ConvNeXt({ numClasses: 10, depths: [1, 2, 1, 1], dims: [8, 12, 16, 20] }),
  Swin: () => new Swin({ numClasses: 10, dim: 8, depths: [2, 1, 2], heads: [1, 2, 4] }),
};

/** A publisher's state dict, filled as its golden record says. */
function stateOf(record: string): { state: Record<string, torch.Tensor>; size: number } {
  const facts = JSON.parse(torch.loadSafetensorsMetadata(path)[record]);
  const state: Record<string, torch.Tensor> = {};
  for (const line of facts.state as string[]) {
    const at = line.indexOf(" ");
    state[line.slice(0, at)] = torch.zeros(JSON.parse(line.slice(at + 1)));
  }
  fill(state);
  return { state, size: facts.size };
}

for (const record of goldenNames(path)) {
  test(`${record} computes the same as ours`, () => {
    const { state, size } = stateOf(record);
    using model = makers[/ConvNeXt|Swin/.exec(record)![0]]();
    model.loadStateDict(translateFor(model, state));
    model.to(device).eval();
    const images = uniform("images", [2, 3, size, size]).mul(2).to(device);
    const output = torch.noGrad(() => model.forward(images)).cpu();
    const expected = torch.loadSafetensors(path)[`${record}/output`];
    assertEquals(output.shape, expected.shape);
    const difference = output.sub(expected).norm().item() / expected.norm().item();
    assert(difference < 1e-5, `differs by ${difference}`);
  });
}

test("every dialect is spoken by one record or more, and each record speaks one", () => {
  const all = [...convnextDialects, ...swinDialects];
  const spoken = goldenNames(path).map((record) => {
    const keys = new Set(Object.keys(stateOf(record).state));
    const found = all.filter((dialect) => dialect.recognises(keys)).map(({ name }) => name);
    assertEquals(found.length, 1, record);
    return found[0];
  });
  assertEquals(new Set(spoken), new Set(all.map(({ name }) => name)));
});

test("a dialect of another network is left alone", () => {
  using model = makers.Swin();
  const { state } = stateOf("timm's ConvNeXt");
  assertEquals(Object.keys(translateFor(model, state)), Object.keys(state));
});
