import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import { create } from "../../src/models/create.ts";
import { publishedState } from "../../src/models/published_state.ts";
import { entry, list } from "../../src/models/registry.ts";
import { load, save } from "../../src/models/saved.ts";
import { RegNet, type RegNetOptions } from "../../src/models/regnet.ts";
import { regNetStages } from "../../src/models/regnet_design.ts";
import { REGNET_DESIGNS } from "../../src/models/regnet_designs.ts";
import { regNet } from "../../src/models/regnet_entries.ts";
import * as nn from "../../src/nn/mod.ts";
import { test } from "../helpers.ts";
import { testParity } from "../parity/test_parity.ts";
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

testParity(path, makers);

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

test("the RegNets by torchvision's names have as many parameters as it says", () => {
  const published: Record<string, number> = {
    regnet_x_16gf: 54278536,
    regnet_x_1_6gf: 9190136,
    regnet_x_32gf: 107811560,
    regnet_x_3_2gf: 15296552,
    regnet_x_400mf: 5495976,
    regnet_x_800mf: 7259656,
    regnet_x_8gf: 39572648,
    regnet_y_128gf: 644812894,
    regnet_y_16gf: 83590140,
    regnet_y_1_6gf: 11202430,
    regnet_y_32gf: 145046770,
    regnet_y_3_2gf: 19436338,
    regnet_y_400mf: 4344144,
    regnet_y_800mf: 6432512,
    regnet_y_8gf: 39381472,
  };
  assertEquals(list("regnet_*"), Object.keys(published));
  for (const [name, count] of Object.entries(published)) {
    const { build, featureDim, stageDims } = entry(name);
    using model = nn.init.skipped(() => build({ numClasses: 1000 }));
    assertEquals([name, model.numParameters()], [name, count]);
    assertEquals([model.featureDim, model.stageDims], [featureDim, stageDims]);
  }
});

test("a RegNet of torchvision's name is saved in torchvision's names, and loaded again", () => {
  using model = create("regnet_x_400mf", { numClasses: 2 });
  assert("trunk_output.block1.block1-0.f.a.0.weight" in publishedState(model));
  const file = Deno.makeTempFileSync({ suffix: ".safetensors" });
  try {
    save(file, model);
    using again = load(file);
    assertEquals(again.head.parameters()[0].equal(model.head.parameters()[0]), true);
    using timms = create("regnetx_004_tv", { numClasses: 2, weights: file });
    assertEquals(timms.head.parameters()[0].equal(model.head.parameters()[0]), true);
  } finally {
    Deno.removeSync(file);
  }
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
