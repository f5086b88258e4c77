import { assert, assertEquals, assertThrows } from "@std/assert";
import { ShapeError } from "../../src/base/errors.ts";
import { Beit } from "../../src/models/beit.ts";
import type { BeitOptions } from "../../src/models/beit_options.ts";
import { DistilledVit } from "../../src/models/deit.ts";
import { beitDialects } from "../../src/models/dialects/beit.ts";
import { deitDialects } from "../../src/models/dialects/deit.ts";
import { radioDialects } from "../../src/models/dialects/radio.ts";
import { siglipDialects } from "../../src/models/dialects/siglip.ts";
import { NaFlexVit } from "../../src/models/naflexvit.ts";
import { entry } from "../../src/models/registry.ts";
import { Radio } from "../../src/models/radio.ts";
import { VisionTransformer } from "../../src/models/vit.ts";
import type { VitOptions } from "../../src/models/vit_options.ts";
import * as nn from "../../src/nn/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { test } from "../helpers.ts";
import { assertComputesTheSame, stateOf, translateFor } from "./dialect_records.ts";

const path = new URL("../golden/dialects_plain.safetensors", import.meta.url).pathname;

const shape = { imageSize: 16, patchSize: 8, dim: 24, depth: 2, heads: 2, mlpRatio: 2 };
const classes = { ...shape, numClasses: 5 };
const none = { ...shape, numClasses: 0 };

const siglip = (pool: VitOptions["pool"]) =>
  new VisionTransformer({
    ...none,
    classToken: false,
    pool,
    fcNorm: false,
    activation: "geluTanh",
  });
const beit = (options: Partial<BeitOptions> = {}) => new Beit({ ...classes, ...options });
const radio = () =>
  new Radio({
    ...{ ...none, teachers: ["one", "two", "three"], summaries: 2, registers: 7, gridSize: 4 },
    layerScale: 1,
  });

/** Our networks for the states of the golden file. */
const makers: Record<string, () => nn.Classifier> = {
  "DeiTForImageClassificationWithTeacher": () => new DistilledVit(classes),
  "Meta's DeiT III": () =>
    new VisionTransformer({ ...classes, prefixPositions: false, layerScale: 1e-6 }),
  "BeitForImageClassification": () => beit(),
  "BeitModel, modules": () => beit(none),
  "BeitModel, shared positions": () => beit(none),
  "Microsoft's BEiT": () => beit(),
  "Microsoft's BEiT, other size": () => beit({ imageSize: 24 }),
  "SiglipVisionModel": () => siglip("map"),
  "SiglipVisionModel, the mean": () => siglip("avg"),
  "SiglipModel": () => siglip("map"),
  "Siglip2VisionModel": () =>
    new NaFlexVit({
      ...{ ...none, gridSize: 3, pool: "map", activation: "geluTanh" },
      interpolation: "bilinear",
    }),
  "RadioModel": radio,
  "RadioModel, modules": radio,
};

for (const [record, make] of Object.entries(makers)) {
  test(`${record} computes the same as ours`, () => {
    using model = make();
    assertComputesTheSame(model, path, record);
  });
}

test("every golden state is compared, and every dialect is spoken", () => {
  const metadata = torch.loadSafetensorsMetadata(path);
  assertEquals(Object.keys(makers).sort(), Object.keys(metadata).sort());
  const pairs = Object.entries(makers).map(([record, make]) => {
    using model = make();
    const keys = new Set(Object.keys(stateOf(path, record).state));
    return { own: new Set(Object.keys(model.stateDict())), keys };
  });
  const all = [...beitDialects, ...deitDialects, ...radioDialects, ...siglipDialects];
  for (const dialect of all) {
    // Files of pre-training, which nobody's loading knows, are told by hand below.
    if (/training|pre-trained/.test(dialect.name)) continue;
    assert(pairs.some(({ own, keys }) => dialect.recognizes(keys, own)), dialect.name);
  }
});

test("Microsoft's pre-trained BEiT shares its positions, and has a norm and a head of its own", () => {
  using model = beit(none);
  const own = model.stateDict();
  const table = own["blocks.0.attn.relative_position_bias_table"];
  const kept = Object.entries(own).filter(([name]) => !name.endsWith("_bias_table"))
    .map(([name, tensor]) => [name.replace(/^fc_norm\./, "norm."), tensor]);
  const state = translateFor(model, {
    ...Object.fromEntries(kept),
    "rel_pos_bias.relative_position_bias_table": table.add(1),
    "rel_pos_bias.relative_position_index": torch.zeros([5, 5]),
    "mask_token": torch.zeros([1, 1, 24]),
    "lm_head.weight": torch.zeros([9, 24]),
  });
  model.loadStateDict(state);
  assertEquals(own["blocks.1.attn.relative_position_bias_table"].mean().item(), 1);
});

test("a SigLIP out of OpenCLIP's whole model leaves the texts' tower behind", () => {
  using model = siglip("map");
  const own = model.stateDict();
  const whole = Object.fromEntries(
    Object.entries(own).map(([name, tensor]) => [`visual.trunk.${name}`, tensor]),
  );
  const state = translateFor(model, { ...whole, "text.ln.weight": torch.zeros([2]) });
  assertEquals(Object.keys(state).sort(), Object.keys(own).sort());
});

test("SigLIP's positions that are no square map are refused by shape", () => {
  using model = makers["Siglip2VisionModel"]();
  const { state } = stateOf(path, "Siglip2VisionModel");
  state["embeddings.position_embedding.weight"] = torch.zeros([7, 24]);
  assertThrows(() => model.loadStateDict(translateFor(model, state)), ShapeError);
  using tower = siglip("map");
  const { state: other } = stateOf(path, "SiglipVisionModel");
  other["embeddings.position_embedding.weight"] = torch.zeros([7, 24]);
  assertThrows(() => translateFor(tower, other), ShapeError, "7 is not");
  other["head.attention.in_proj_weight"] = torch.zeros([2, 24]);
  other["embeddings.position_embedding.weight"] = torch.zeros([4, 24]);
  assertThrows(() => tower.loadStateDict(translateFor(tower, other)), ShapeError);
});

test("transformers' SigLIP is the one with the GELU that it was trained with, by timm's name too", () => {
  const name = "vit_base_patch16_siglip_224";
  const known = entry(name);
  const { state } = stateOf(path, "SiglipVisionModel");
  assertEquals(known.ofFile!(Object.keys(state))?.name, `transformers/${name}`);
  using model = nn.init.skipped(() => known.build({ numClasses: 0 }));
  assertEquals(known.ofFile!(Object.keys(model.stateDict())), null);
  using other = nn.init.skipped(() => entry(`transformers/${name}`).build({ numClasses: 0 }));
  const keys = (one: nn.Module) => Object.keys(one.stateDict());
  assertEquals(keys(other), keys(model));
});
