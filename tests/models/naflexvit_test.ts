import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ArgumentError, ShapeError } from "../../src/base/errors.ts";
import { NaFlexVit, type NaFlexVitOptions } from "../../src/models/naflexvit.ts";
import { naflexvit } from "../../src/models/naflexvit_entries.ts";
import * as torch from "../../src/torch/mod.ts";
import { device, test } from "../helpers.ts";
import { assertParity, compare, fill, goldenNames, uniform } from "../parity/parity.ts";
import { assertContract, assertRandomParts } from "./backbone_contract.ts";

const path = new URL("../golden/parity_naflexvit.safetensors", import.meta.url).pathname;

const narrow = (options: Partial<NaFlexVitOptions> = {}) =>
  new NaFlexVit({
    ...{ numClasses: 5, patchSize: 8, dim: 24, depth: 2, heads: 2, gridSize: 4 },
    ...options,
  });

const scaled = { layerScale: 1e-5 };
const gap = { ...scaled, registers: 4, pool: "avg" } as const;
const aspect = { ...gap, keepsAspect: true } as const;
const factorized = { ...aspect, factorized: true } as const;
const siglip = { pool: "map", activation: "geluTanh", interpolation: "bilinear" } as const;
const radio = {
  ...scaled,
  classToken: true,
  registers: 7,
  finalNorm: false,
  interpolation: "bilinear",
  antialias: false,
  keepsAspect: true,
} as const;
const corners = { ...radio, alignCorners: true } as const;

/** Our networks by the names of the golden file. */
const makers: Record<string, () => NaFlexVit> = {
  "mean": () => narrow(gap),
  "attention pool": () => narrow(siglip),
  "factorized": () => narrow(factorized),
  "radio": () => narrow(corners),
  "dropping": () => narrow({ ...scaled, registers: 1, pool: "map", dropout: 0.3, dropPath: 0.5 }),
};

/** Our networks for images of a shape. */
const shapes: Record<string, [height: number, width: number, make: () => NaFlexVit]> = {
  "mean of 24 x 48": [24, 48, () => narrow(gap)],
  "aspect of 24 x 48": [24, 48, () => narrow(aspect)],
  "factorized of 24 x 48": [24, 48, () => narrow(factorized)],
  "attention pool of 48 x 16": [48, 16, () => narrow(siglip)],
  "radio of 24 x 48": [24, 48, () => narrow(corners)],
  "radio of 16 x 24": [16, 24, () => narrow(radio)],
};

test("the golden file has every network that is compared", () => {
  assertEquals(goldenNames(path).sort(), [...Object.keys(makers), ...Object.keys(shapes)].sort());
});

for (const [name, make] of Object.entries(makers)) {
  test(`${name}: outputs and gradients are timm's`, () => {
    using model = make();
    assertParity(compare(model, path, name));
  });
}

for (const [name, [height, width, make]] of Object.entries(shapes)) {
  test(`${name}: features and maps are timm's`, () => {
    using model = make();
    fill(model.stateDict());
    model.to({ device, dtype: "float64" }).eval();
    const images = uniform("images", [2, 3, height, width]).mul(2).to({ device, dtype: "float64" });
    const { features, stages } = torch.noGrad(() => model.forwardStages(images));
    const places = uniform("places", stages.at(-1)!.shape.slice(2)).to({
      device,
      dtype: "float64",
    });
    const golden = torch.loadSafetensors(path);
    const found = { features, map: stages.at(-1)!.mul(places).sum([2, 3]) };
    for (const [key, value] of Object.entries(found)) {
      const expected = golden[`${name}/${key}`];
      const difference = value.cpu().sub(expected).norm().item() / expected.norm().item();
      assert(difference < 1e-6, `${key} differs by ${difference}`);
    }
  });
}

test("a NaFlex keeps a backbone's promises", () => {
  const stand = {
    build: (options: Partial<NaFlexVitOptions>) =>
      narrow({ ...gap, depth: 4, layerScale: 0.1, ...options }),
    featureDim: 24,
  };
  const name = "naflexvit_base_patch16_gap";
  assertContract({ family: naflexvit, name, size: 32, sides: [4, 4, 4, 4], narrow: stand });
  assertRandomParts(name, 32, stand);
});

test("what cannot be cut into patches is refused, and so are positions without end", () => {
  using model = narrow();
  model.to(device);
  const images = torch.zeros([1, 3, 30, 32], { device });
  assertStringIncludes(
    assertThrows(() => model.forward(images), ShapeError).message,
    "multiples of a patch's 8 pixels, got [1, 3, 30, 32]",
  );
  assertThrows(() => narrow({ gridSize: 4096 }), ArgumentError);
});
