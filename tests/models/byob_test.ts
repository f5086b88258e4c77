import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import type { Backbone } from "../../src/models/backbone.ts";
import { ByobNet } from "../../src/models/byob.ts";
import type { ByobOptions, ByobStage } from "../../src/models/byob_options.ts";
import { byob } from "../../src/models/byob_entries.ts";
import { GlobalContext } from "../../src/models/parts/global_context.ts";
import { squeezedWidth, SqueezeExcite } from "../../src/models/parts/squeeze_excite.ts";
import { entry } from "../../src/models/registry.ts";
import { test } from "../helpers.ts";
import { testParity } from "../parity/test_parity.ts";
import { assertContract } from "./backbone_contract.ts";

const path = new URL("../golden/parity_byob.safetensors", import.meta.url).pathname;

const net = (stages: readonly ByobStage[], options: Partial<ByobOptions>) =>
  new ByobNet({ numClasses: 5, stem: [8], stages, ...options });
const stages = (
  widths: readonly number[],
  others: Partial<ByobStage>,
  first: 1 | 2 = 2,
): ByobStage[] =>
  widths.map((width, i) => ({ depth: 1, width, stride: i === 0 ? first : 2, ...others }));

const half = { ratio: 1 / 2 };
const halves = stages([16, 16, 32, 64], half, 1).with(1, { depth: 2, width: 16, ...half });
const clip: Partial<ByobOptions> = {
  stem: [4, 4, 8],
  stemPool: "average",
  shortcut: "average",
  averages: true,
  attends: true,
  imageSize: 64,
};
const z = stages([8, 8, 16, 16], { ratio: 2, groupWidth: 4 })
  .with(1, { depth: 2, width: 8, ratio: 2, groupWidth: 4 });
const silu = { activation: "silu" } as const;

/** Our networks by the names of the golden file. */
const makers: Record<string, () => Backbone> = {
  "clip": () => net(halves, clip),
  "context": () =>
    net(stages([16, 16, 32, 32], { ...half, groupWidth: 4 }, 1), {
      ...silu,
      stem: [6, 8, 16],
      stemPool: "max",
      attention: (channels) => new GlobalContext(channels),
    }),
  "quad": () =>
    net([
      { kind: "edge", depth: 1, width: 16, stride: 1 },
      { depth: 1, width: 16, groupWidth: 4 },
      { depth: 1, width: 16, groupWidth: 4 },
      { depth: 1, width: 16, groupWidth: 1 },
    ], { ...silu, stem: [2, 4, 8, 16], stemPlain: 2, headWidth: 24, extra: true }),
  "z": () =>
    net(z, {
      ...silu,
      shortcut: "none",
      byInput: true,
      linear: true,
      attention: (channels) =>
        new SqueezeExcite(channels, squeezedWidth(channels, 1 / 4), {
          activation: "relu",
          gate: "sigmoid",
        }),
    }),
  "ge, dropping": () =>
    net([
      { kind: "basic", depth: 1, width: 8 },
      { kind: "basic", depth: 1, width: 8 },
      { depth: 1, width: 16, ratio: 1 / 2 },
      { depth: 1, width: 16, ratio: 2, groupWidth: 1 },
      { depth: 1, width: 16, ratio: 2, groupWidth: 1, stride: 1 },
    ], { headWidth: 24, dropout: 0.3, dropPath: 0.5 }),
  "test_byobnet": () => entry("test_byobnet").build({ numClasses: 5 }),
};

testParity(path, makers);

test("test_byobnet keeps a backbone's promises", () => {
  assertContract({ family: byob, name: "test_byobnet", size: 64, sides: [16, 8, 4, 2] });
});

test("positions of a head that attends are fitted to another size of images", () => {
  using small = net(halves, clip);
  using large = net(halves, { ...clip, imageSize: 96 });
  const state = large.adaptState(small.stateDict());
  assertEquals(state["head.pos_embed"].shape, [10, 64]);
  large.loadStateDict(state);
});

test("options that cannot be used are refused by name", () => {
  const wrong: [() => Backbone, string][] = [
    [() => net([], {}), "widths"],
    [() => net(halves, { stem: [0] }), "stem"],
    [() => net(halves, { ...clip, imageSize: 50 }), "imageSize"],
    [() => net(stages([16, 16, 32, 40], half), clip), "heads of 64"],
    [() => net(stages([60000, 60000, 60000], {}), {}), "parameters"],
    [() => net(stages([16], { depth: 5000 }), {}), "depths"],
    [() => net(stages([16], { groupWidth: 3 }), {}), "groupWidth"],
  ];
  for (const [make, named] of wrong) {
    assertStringIncludes(assertThrows(make, ArgumentError).message, named);
  }
});
