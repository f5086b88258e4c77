import { assert, assertEquals } from "@std/assert";
import { ApprenticeError } from "../../src/base/errors.ts";
import { hieraDialects } from "../../src/models/dialects/hiera.ts";
import { maxvitDialects, toTorchvisionMaxVit } from "../../src/models/dialects/maxvit.ts";
import { metaformerDialects } from "../../src/models/dialects/metaformer.ts";
import { swinDialects } from "../../src/models/dialects/swin.ts";
import { toTorchvision } from "../../src/models/dialects/swin_torchvision.ts";
import { tinyVitDialects } from "../../src/models/dialects/tiny_vit.ts";
import { Hiera } from "../../src/models/hiera.ts";
import type { MaxVitOptions } from "../../src/models/maxvit_options.ts";
import { MetaFormer } from "../../src/models/metaformer.ts";
import { entry } from "../../src/models/registry.ts";
import { Swin } from "../../src/models/swin.ts";
import type { SwinOptions } from "../../src/models/swin_options.ts";
import { TinyVit } from "../../src/models/tiny_vit.ts";
import type { Classifier } from "../../src/nn/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { test } from "../helpers.ts";
import { goldenNames } from "../parity/parity.ts";
import { assertComputesTheSame, type State, stateOf, translateFor } from "./dialect_records.ts";

const path = new URL("../golden/dialects_hier.safetensors", import.meta.url).pathname;

const swin = (options: Partial<SwinOptions>) => () =>
  new Swin({ ...{ numClasses: 10, dim: 8, depths: [2, 1, 2], heads: [1, 2, 4] }, ...options });
const hiera = () =>
  new Hiera({ numClasses: 10, imageSize: 64, dim: 8, heads: 1, depths: [1, 2, 2, 1] });
const narrow: Partial<MaxVitOptions> = {
  ...{ dims: [32, 64], depths: [1, 2], stem: [8, 8], headHidden: 64, blocks: ["M", "M"] },
  imageSize: 64,
};
const metaformer = { numClasses: 10, depths: [1, 1, 2, 1] };
const pool = ["pool", "pool", "pool", "pool"] as const;

/** Our networks for the states of the golden file. */
const makers: Record<string, () => Classifier> = {
  "torchvision's Swin": swin({ padsFirst: true }),
  "torchvision's Swin, version 2": swin({ version: 2, window: 4, padsFirst: true }),
  "Microsoft's Swin, version 2": swin({ version: 2, window: 4, imageSize: 64 }),
  "transformers' Swin, version 2": swin({ version: 2, window: 4, imageSize: 64 }),
  "torchvision's MaxViT": () => entry("maxvit_t").build({ numClasses: 10, ...narrow } as never),
  "Meta's Hiera": hiera,
  "transformers' Hiera": hiera,
  "PoolFormer's own": () =>
    new MetaFormer({
      ...{ ...metaformer, dims: [8, 12, 16, 20], mixers: pool, baseline: false },
      ...{ layerScale: 1e-5, hiddenHead: false },
    }),
  "the MetaFormer baselines' own": () =>
    new MetaFormer({
      ...{ ...metaformer, dims: [8, 12, 32, 64] },
      mixers: ["conv", "conv", "attention", "attention"],
    }),
  "the MetaFormer baselines' own, pooling": () =>
    new MetaFormer({
      ...{ ...metaformer, dims: [8, 12, 16, 20], mixers: pool, hiddenHead: false },
    }),
  "Microsoft's TinyViT": () =>
    new TinyVit({
      ...{ numClasses: 10, dims: [8, 16, 24], depths: [1, 2, 1], heads: [1, 2, 3] },
      windows: [7, 4, 4],
    }),
};

for (const [record, make] of Object.entries(makers)) {
  test(`${record} computes the same as ours`, () => {
    using model = make();
    assertComputesTheSame(model, path, record);
  });
}

test("each record speaks the dialect that it is named for, and no other of these", () => {
  const all = [
    ...hieraDialects,
    ...maxvitDialects,
    ...metaformerDialects,
    ...swinDialects,
    ...tinyVitDialects,
  ];
  assertEquals(goldenNames(path).sort(), Object.keys(makers).sort());
  for (const record of goldenNames(path)) {
    const keys = new Set(Object.keys(stateOf(path, record).state));
    const found = all.filter((dialect) => dialect.recognizes(keys)).map(({ name }) => name);
    assertEquals(found, [record.split(",")[0]]);
  }
});

test("what is published has torchvision's names, shapes and values", () => {
  const published = {
    "torchvision's Swin": toTorchvision(7),
    "torchvision's Swin, version 2": toTorchvision(4),
    "torchvision's MaxViT": toTorchvisionMaxVit,
  };
  for (const [record, names] of Object.entries(published)) {
    using model = makers[record]();
    const { state } = stateOf(path, record);
    model.loadStateDict(translateFor(model, state));
    const found = torch.noGrad(() => names(model.stateDict()));
    const floats = Object.keys(found).filter((key) => torch.isFloatingPoint(found[key].dtype));
    const wanted = Object.keys(state);
    const computed = floats.filter((key) => key.endsWith("relative_coords_table"));
    assertEquals(floats.sort(), [...wanted, ...computed].sort());
    for (const key of wanted) {
      // Biases of keys do nothing in version 2, and are not kept.
      if (record.endsWith("2") && key.endsWith("qkv.bias")) continue;
      assertEquals(found[key].equal(state[key]), true, key);
    }
  }
});

test("damaged states are refused in words, whatever publisher they are of", () => {
  const harms: ((state: State, key: string) => void)[] = [
    (state, key) => void delete state[key],
    (state, key) => void (state[key] = torch.zeros([3])),
    (state, key) => void (state[key] = torch.zeros([])),
    (state, key) => void (state[key] = torch.zeros([0, 7])),
    (state, key) => void (state[`${key}.more`] = torch.zeros([1])),
    // Numbers of stages and blocks that nobody has.
    (state, key) => void (state[key.replace(/\d+/, "999999999")] = state[key]),
  ];
  for (const [record, make] of Object.entries(makers)) {
    using model = make();
    const { state } = stateOf(path, record);
    const keys = Object.keys(state);
    for (const [i, harm] of harms.entries()) {
      const damaged = { ...state };
      const numbered = keys.filter((key) => /\d/.test(key) && key.endsWith("weight"));
      harm(damaged, numbered[(7 * i) % numbered.length]);
      try {
        model.loadStateDict(translateFor(model, damaged));
        // A key that is no more than another name of something else may be passed over.
        assertEquals(i >= 4, true, `${record}, harm ${i}`);
      } catch (error) {
        assert(error instanceof ApprenticeError, `${record}, harm ${i}: ${error}`);
      }
    }
  }
});
