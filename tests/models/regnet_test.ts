import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import { RegNet, type RegNetOptions } from "../../src/models/regnet.ts";
import { regNetStages } from "../../src/models/regnet_design.ts";
import { REGNET_DESIGNS } from "../../src/models/regnet_designs.ts";
import { regNet } from "../../src/models/regnet_entries.ts";
import * as nn from "../../src/nn/mod.ts";
import { test } from "../helpers.ts";
import { assertParity, compare, goldenNames } from "../parity/parity.ts";
import { assertContract } from "./backbone_contract.ts";

const path = new URL("../golden/parity_regnet.safetensors", import.meta.url).pathname;

const design = { initial: 8, slope: 12, factor: 2, depth: 5, groupWidth: 4 };
const small = (options: Partial<RegNetOptions> = {}) =>
  new RegNet({ numClasses: 5, ...design, ...options });
const silu = { activation: "silu", squeeze: 1 / 4 } as const;
const z = { ...silu, bottleneck: 4, shortcut: "none", linear: true } as const;

/** Our networks by the names of the golden file. */
const makers: Record<string, () => RegNet> = {
  "x": () => small(),
  "y, dropping": () => small({ squeeze: 1 / 4, dropout: 0.3, dropPath: 0.5 }),
  "v": () => small({ ...silu, preActivation: true }),
  "v, averaged": () => small({ ...silu, preActivation: true, shortcut: "average" }),
  "z": () => small({ ...z, headWidth: 24 }),
  "z without a convolution": () => small(z),
  "group norms": () =>
    small({ ...silu, norm: (channels) => new nn.GroupNorm(channels / 4, channels) }),
};

test("the golden file has every network that is compared", () => {
  assertEquals(goldenNames(path).sort(), Object.keys(makers).sort());
});

for (const [name, make] of Object.entries(makers)) {
  test(`${name}: outputs, statistics and gradients are timm's`, () => {
    using model = make();
    assertParity(compare(model, path, name));
  });
}

test("regnety_002 keeps a backbone's promises", () => {
  assertContract({ family: regNet, name: "regnety_002", size: 64, sides: [16, 8, 4, 2] });
});

test("a design makes the stages of the paper's tables", () => {
  // Radosavovic et al. 2020, figures 15 and 16: REGNETX-400MF, REGNETY-8.0GF.
  const of = (name: keyof typeof REGNET_DESIGNS) =>
    regNetStages(REGNET_DESIGNS[name]).map(({ depth, width }) => [depth, width]);
  assertEquals(of("x004"), [[1, 32], [2, 64], [7, 160], [12, 384]]);
  assertEquals(of("y080"), [[2, 168], [4, 448], [10, 896], [1, 2016]]);
});

test("options that cannot be used are refused by name", () => {
  const wrong: [Partial<RegNetOptions>, string][] = [
    [{ depth: 0 }, "depth"],
    [{ slope: -1 }, "slope"],
    [{ factor: 1 }, "factor"],
    [{ slope: 0 }, "4 stages"],
    [{ groupWidth: 0 }, "groupWidth"],
    [{ headWidth: 0 }, "headWidth"],
    [{ initial: 30000, slope: 30000 }, "RegNet"],
  ];
  for (const [options, named] of wrong) {
    assertStringIncludes(assertThrows(() => small(options), ArgumentError).message, named);
  }
});
