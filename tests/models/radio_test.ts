import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ArgumentError, FormatError, ShapeError } from "../../src/base/errors.ts";
import { loadWeights } from "../../src/checkpoints/mod.ts";
import { dialects } from "../../src/models/dialects/all.ts";
import { AdaptedRadio } from "../../src/models/adapted_radio.ts";
import { loadRadioAdaptor, radioAdaptorNames } from "../../src/models/load_radio_adaptor.ts";
import { NaFlexVit } from "../../src/models/naflexvit.ts";
import { Radio } from "../../src/models/radio.ts";
import { radio } from "../../src/models/radio_entries.ts";
import type { RadioOptions } from "../../src/models/radio_options.ts";
import { entry, list } from "../../src/models/registry.ts";
import { descriptive } from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, inFolder, test } from "../helpers.ts";
import { fill, uniform } from "../parity/parity.ts";
import { assertContract, assertRandomParts } from "./backbone_contract.ts";
import { type State, stateOf } from "./dialect_records.ts";

const golden = new URL("../golden/radio_adaptors.safetensors", import.meta.url).pathname;
const adaptors = ["siglip2-g", "dino_v2", "clip", "sam"];

const narrow = (options: Partial<RadioOptions> = {}) =>
  new Radio({
    ...{ numClasses: 0, patchSize: 8, dim: 32, depth: 2, heads: 2, gridSize: 4, layerScale: 1e-5 },
    ...{ teachers: ["clip", "siglip2-g", "dino_v2", "sam"], summaries: 3, registers: 4 },
    ...options,
  });

/** A file with the network and the adaptors of all teachers. */
function file(path: string, parts: readonly string[] = adaptors): void {
  using model = narrow();
  fill(model.stateDict());
  const all: State = { ...model.stateDict() };
  for (const name of parts) Object.assign(all, stateOf(golden, name).state);
  torch.saveSafetensors(path, all);
}

test("a RADIO keeps a backbone's promises", () => {
  const stand = {
    build: (options: Partial<RadioOptions>) => narrow({ depth: 4, layerScale: 0.1, ...options }),
    featureDim: 96,
  };
  const name = "c-radio_v3-b";
  assertContract({ family: radio, name, size: 32, sides: [4, 4, 4, 4], narrow: stand });
  assertRandomParts(name, 32, stand);
});

test("names with a point are listed, and say that pixels are not normalized before", () => {
  assertEquals(list("radio_v2.5-*"), ["radio_v2.5-b", "radio_v2.5-h", "radio_v2.5-l"]);
  const { mean, std, license, featureDim, stageReductions, hub } = entry("c-radio_v3-b");
  assertEquals([mean, std, license], [[0, 0, 0], [1, 1, 1], "nvidia-open-model-license"]);
  assertEquals([featureDim, stageReductions, hub], [2304, [16, 16, 16, 16], "nvidia/C-RADIOv3-B"]);
});

test("RADIO is timm's network of the same weights, given pixels from 0 to 1", () => {
  using model = narrow();
  using timms = new NaFlexVit({
    ...{ numClasses: 0, patchSize: 8, dim: 32, depth: 2, heads: 2, gridSize: 4, layerScale: 1e-5 },
    ...{ classToken: true, registers: 7, finalNorm: false, keepsAspect: true },
    ...{ interpolation: "bilinear", antialias: false },
  });
  const state = model.stateDict();
  fill(Object.fromEntries(Object.entries(state).filter(([name]) => !name.includes("norm_"))));
  const trunk = "radio_model.model.";
  const tokens = state[`${trunk}patch_generator.cls_token.token`].unsqueeze(0);
  const patches = state[`${trunk}patch_generator.embedder.weight`].reshape(32, 3, 8, 8);
  timms.loadStateDict({
    ...Object.fromEntries(
      Object.entries(state).filter(([name]) => name.startsWith(`${trunk}blocks.`))
        .map(([name, tensor]) => [name.slice(trunk.length), tensor]),
    ),
    "embeds.cls_token": tokens.narrow(1, 0, 1),
    "embeds.reg_token": tokens.narrow(1, 1, 7),
    "embeds.pos_embed": state[`${trunk}patch_generator.pos_embed`].reshape(1, 4, 4, 32),
    "embeds.proj.weight": patches.permute(0, 2, 3, 1).flatten(1),
    "embeds.proj.bias": torch.zeros([32]),
  });
  for (const one of [model, timms]) one.to(device).eval();
  torch.noGrad(() => {
    const pixels = uniform("pixels", [2, 3, 24, 40]).abs().to(device);
    const { mean, std } = entry("vit_base_patch32_clip_256");
    const of = (values: readonly number[]) =>
      torch.tensor([...values], { device }).reshape(3, 1, 1);
    const normalized = pixels.sub(of(mean)).div(of(std));
    const { summaries } = model.tokens(pixels);
    assertClose(summaries.select(1, 0), timms.features(normalized), { atol: 1e-5 });
    assertClose(model.denseFeatures(pixels), timms.denseFeatures(normalized), { atol: 1e-5 });
    assertClose(model.features(pixels), summaries.narrow(1, 0, 3).flatten(1));
  });
});

for (const name of adaptors) {
  test(`the adaptor of ${name} is read out of a file and computes what it did there`, () =>
    inFolder((folder) => {
      const path = `${folder}/weights.safetensors`;
      file(path);
      using adaptor = loadRadioAdaptor(path, name);
      adaptor.to(device);
      torch.noGrad(() => {
        const tokens = uniform("tokens", [2, 6, 32]).to(device);
        const expected = torch.loadSafetensors(golden);
        assertClose(adaptor.summary(tokens.select(1, 0)), expected[`${name}/summary`], {
          atol: 1e-5,
        });
        assertClose(adaptor.forward(tokens), expected[`${name}/patches`], { atol: 1e-5 });
      });
    }));
}

test("a file with adaptors is loaded without them, and RADIO sees as one of its teachers", () =>
  inFolder((folder) => {
    const path = `${folder}/weights.safetensors`;
    file(path, ["siglip2-g", "clip"]);
    assertEquals(radioAdaptorNames(path), ["clip", "siglip2-g"]);
    using model = narrow();
    loadWeights(model, path, { dialects });
    using adaptor = loadRadioAdaptor(path, "siglip2-g");
    for (const one of [model, adaptor]) one.to(device);
    model.eval();
    torch.noGrad(() => {
      const images = uniform("images", [2, 3, 16, 24]).to(device);
      const { summary, patches } = model.adapted(images, adaptor);
      assertEquals([summary.shape, patches.shape], [[2, 12], [2, 6, 12]]);
      const token = model.tokens(images).summaries.select(1, 1);
      assertClose(summary, adaptor.summary(token), { atol: 1e-6 });
    });
    using other = narrow({ teachers: ["a"], summaries: 1 });
    const error = assertThrows(() => other.adapted(torch.zeros([1, 3, 8, 8]), adaptor));
    assertStringIncludes((error as Error).message, 'learned from a, not from "siglip2-g"');
  }));

test("RADIO as one of its teachers is a network of its own, and so a descriptive teacher", () =>
  inFolder((folder) => {
    const path = `${folder}/weights.safetensors`;
    file(path, ["dino_v2"]);
    const radio = narrow();
    loadWeights(radio, path, { dialects });
    using model = new AdaptedRadio(radio, loadRadioAdaptor(path, "dino_v2"));
    model.to(device).eval();
    const images = uniform("images", [2, 3, 16, 24]).abs().to(device);
    const { features, stages } = torch.noGrad(() => model.forwardStages(images));
    assertEquals([features.shape, stages[0].shape], [[2, 10], [2, 10, 2, 3]]);
    assertEquals([model.featureDim, model.stageDims, model.stageReductions], [10, [10], [8]]);
    const { summary, patches } = torch.noGrad(() => radio.adapted(images, model.adaptor));
    assertClose(features, summary);
    assertClose(stages[0].select(2, 1).select(2, 0), patches.select(1, 3));
    const teacher = descriptive({
      name: "dino_v2",
      model,
      view: { size: [16, 24], mean: [0, 0, 0], std: [1, 1, 1] },
    });
    assertClose(teacher.run(images).features, summary, { atol: 1e-5 });
    using other = narrow({ teachers: ["a"], summaries: 1 });
    assertThrows(() => new AdaptedRadio(other, model.adaptor), ArgumentError, "learned from a");
  }));

test("files of NVIDIA's training and with renamed scales are loaded", () =>
  inFolder((folder) => {
    using model = narrow();
    fill(model.stateDict());
    const state = model.stateDict();
    const renamed = (change: (name: string) => string): State =>
      Object.fromEntries(
        Object.entries(state).map(([name, tensor]) => [change(name), tensor]),
      );
    const files = {
      training: {
        ...renamed((name) =>
          name.replace(/^radio_model\.model\./, "base_model.").replace(/^radio_model\./, "")
        ),
        ...stateOf(golden, "sam").state,
      },
      scales: {
        ...renamed((name) => name.replace(/\.gamma$/, ".grandma")),
        "radio_model.summary_idxs": torch.tensor([0, 1, 2]),
      },
    };
    for (const [name, tensors] of Object.entries(files)) {
      const path = `${folder}/${name}.safetensors`;
      torch.saveSafetensors(path, tensors);
      using loaded = narrow();
      loadWeights(loaded, path, { dialects });
      const key = "radio_model.model.blocks.1.ls2.gamma";
      assertEquals([name, loaded.stateDict()[key].equal(state[key])], [name, true]);
    }
  }));

test("a RADIO by NVIDIA's name is saved with the places of its summary, and loaded", () => {
  const { published } = entry("c-radio_v4-h");
  using model = narrow();
  const saved = published!(model.stateDict());
  assertEquals(saved["radio_model.summary_idxs"].toArray(), [0, 1]);
  const own = new Set(Object.keys(model.stateDict()));
  const dialect = dialects.find((one) => one.recognizes(new Set(Object.keys(saved)), own))!;
  model.loadStateDict(dialect.translate(saved));
});

test("what is no RADIO, or no adaptor, is refused with what there is", () =>
  inFolder((folder) => {
    const path = `${folder}/weights.safetensors`;
    file(path, ["clip"]);
    const missing = assertThrows(() => loadRadioAdaptor(path, "sam"), ArgumentError);
    assertStringIncludes(missing.message, 'no adaptor of "sam"; it has those of clip');
    const odd = { "radio_model.adaptors.sam.head_mlp.fc9.weight": torch.zeros([2, 2]) };
    torch.saveSafetensors(path, odd);
    assertThrows(() => loadRadioAdaptor(path, "sam"), ArgumentError, "another architecture");
    const empty = { "adaptors.sam.head_mlp.fc1.weight": torch.zeros([0, 4]) };
    torch.saveSafetensors(path, {
      ...empty,
      "adaptors.sam.head_mlp.fc2.weight": torch.zeros([3, 0]),
    });
    assertThrows(() => loadRadioAdaptor(path, "sam"), ArgumentError);
    Deno.writeTextFileSync(path, "no weights");
    assertThrows(() => loadRadioAdaptor(path, "sam"), FormatError);
    using model = narrow();
    model.to(device);
    assertThrows(() => model.forward(torch.zeros([1, 3, 15, 16], { device })), ShapeError);
    assertThrows(() => narrow({ teachers: [] }), ArgumentError, "teachers");
    assertThrows(() => narrow({ summaries: 5 }), ArgumentError, "summaries");
    assertThrows(() => narrow({ registers: -1 }), ArgumentError, "registers");
    assertThrows(() => narrow({ gridSize: 1e6 }), ArgumentError);
  }));
