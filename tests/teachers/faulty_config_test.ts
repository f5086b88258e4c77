import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import { create } from "../../src/models/mod.ts";
import { load } from "../../src/teachers/load.ts";
import { readModelConfig } from "../../src/teachers/preprocessing_config.ts";
import * as torch from "../../src/torch/mod.ts";
import { test } from "../helpers.ts";

const timm: [cfg: Record<string, unknown>, ...words: string[]][] = [
  [{ std: [0, 0, 0] }, "std is [0,0,0]"],
  [{ std: [0.2, 0.2, -1] }, "std is [0.2,0.2,-1]"],
  [{ std: [58.4, 57.1, 57.4] }, "std is [58.4"],
  [{ std: "0.2" }, 'std is "0.2"'],
  [{ std: [0.2, 0.2] }, "std is [0.2,0.2]", "3 channels"],
  [{ mean: [123.7, 116.3, 103.5] }, "mean is [123.7"],
  [{ mean: [null, 0, 0] }, "mean is [null,0,0]"],
  [{ mean: 0.5 }, "mean is 0.5"],
  [{ mean: [0.5] }, "mean is [0.5]", "3 channels"],
  [{ mean: [-0.1, 0, 0] }, "mean is [-0.1,0,0]"],
  [{ input_size: [3, -224, 224] }, "input_size is [3,-224,224]"],
  [{ input_size: [3, 0, 0] }, "input_size is [3,0,0]"],
  [{ input_size: [224, 224] }, "input_size is [224,224]"],
  [{ input_size: [3, "224", 224] }, 'input_size is [3,"224",224]'],
  [{ input_size: [3, 22.5, 224] }, "input_size is [3,22.5,224]"],
  [{ input_size: [3, 1e9, 224] }, "input_size is [3,1000000000,224]"],
  [{ crop_pct: 0 }, "crop_pct is 0"],
  [{ crop_pct: 50 }, "crop_pct is 50"],
  [{ crop_pct: "0.9" }, 'crop_pct is "0.9"'],
  [{ interpolation: "lanczos" }, 'interpolation is "lanczos"', "bicubic"],
  [{ interpolation: 3 }, "interpolation is 3"],
  [{ crop_mode: "round" }, 'crop_mode is "round"'],
  [{ std: [1e-320, 1, 1] }, "std is [1e-320,1,1]"],
  [{ std: [1e-9, 1, 1] }, "std is [1e-9,1,1]"],
  [{ crop_pct: 1e-9 }, "crop_pct is 1e-9"],
];

test("a config that says of images what cannot be is an error that names file, key, value and option", async () => {
  const folder = Deno.makeTempDirSync();
  try {
    using model = create("resnet20");
    torch.saveSafetensors(`${folder}/model.safetensors`, model.stateDict());
    const write = (name: string, value: unknown) =>
      Deno.writeTextFileSync(`${folder}/${name}`, JSON.stringify(value));
    for (const [cfg, ...words] of timm) {
      write("config.json", {
        architecture: "resnet20",
        num_classes: 10,
        pretrained_cfg: {
          input_size: [3, 32, 32],
          mean: [0.5, 0.5, 0.5],
          std: [0.5, 0.5, 0.5],
          ...cfg,
        },
      });
      const { message } = await assertRejects(() => load(folder), ArgumentError);
      for (const word of ["config.json", folder, "{ view: { ", ...words]) {
        assertStringIncludes(message, word);
      }
      assert(message.length < 500, message);
    }
    // What the user says instead is taken, and the rest of the file is still.
    write("config.json", {
      architecture: "resnet20",
      num_classes: 10,
      pretrained_cfg: {
        input_size: [3, 48, 48],
        mean: [0.25, 0.5, 0.5],
        std: [0, 0, 0],
        crop_pct: 1,
      },
    });
    await assertRejects(
      () => load(folder, { view: { mean: [0, 0, 0] } }),
      ArgumentError,
      "std",
    );
    using teacher = await load(folder, { view: { std: [1, 1, 1] } });
    const { size, mean, std } = teacher.view!;
    assertEquals([size, mean, std], [[48, 48], [0.25, 0.5, 0.5], [1, 1, 1]]);
    // A file that says nothing leaves images to the architecture.
    write("config.json", { architecture: "resnet20", num_classes: 10 });
    using silent = await load(folder);
    assertEquals(silent.view!.size, [32, 32]);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

test("a view that its user gives and cannot be meant is refused, of every kind of file", async () => {
  const wrong: [unknown, string][] = [
    [{ size: [-1, 5] }, "[-1, 5]"],
    [{ size: [0, 0] }, "[0, 0]"],
    [{ size: [1.5, 2] }, "[1.5, 2]"],
    [{ size: 8 }, "got 8"],
    [{ size: ["8", 8] }, "[8, 8]"],
    [{ mean: 0.5 }, "mean 0.5"],
    [{ mean: [] }, "mean []"],
    [{ mean: "x" }, 'mean "x"'],
    [{ std: [0, 0, 0] }, "std [0, 0, 0]"],
    [{ std: [1, 1, NaN] }, "std [1, 1, NaN]"],
    [{ interpolation: "lanczos" }, "lanczos"],
    [{ cropFraction: 50 }, "50"],
    [{ cropFraction: NaN }, "NaN"],
    [null, "null"],
  ];
  for (const file of ["script_returns/named.pt", "onnx_conv.onnx", "onnx_whole/uint8.onnx"]) {
    const path = new URL(`../golden/${file}`, import.meta.url).pathname;
    for (const [view, word] of wrong) {
      await assertRejects(
        () => load(path, { view: view as never }),
        ArgumentError,
        word,
      );
    }
  }
});

Deno.test("OpenCLIP's and transformers' files are looked at as timm's are", () => {
  const vision = { image_size: 224, layers: 12, width: 768, patch_size: 32 };
  const openClip: [Record<string, unknown>, string][] = [
    [{ std: [0, 1, 1] }, "std is [0,1,1]"],
    [{ size: -1 }, "size is -1"],
    [{ size: [3, 0, 0] }, "size is [3,0,0]"],
    [{ mean: ["a"] }, 'mean is ["a"]'],
    [{ mean: [0.5] }, "3 channels"],
    [{ interpolation: "area" }, 'interpolation is "area"'],
    [{ resize_mode: "fill" }, 'resize_mode is "fill"'],
  ];
  for (const [change, word] of openClip) {
    const { preprocessing, faults } = readModelConfig({
      model_cfg: { embed_dim: 512, vision_cfg: vision },
      preprocess_cfg: change,
    });
    assertEquals([preprocessing, faults!.facts.length], [null, 1]);
    assertEquals(faults!.facts[0].file, "open_clip_config.json");
    assertStringIncludes(faults!.facts[0].text, word);
  }
  const good = {
    image_processor_type: "ViTImageProcessor",
    image_mean: [0.5],
    image_std: [0.5],
    size: 224,
  };
  const transformers: [Record<string, unknown>, string][] = [
    [{ image_std: [0] }, "image_std is [0]"],
    [{ image_mean: [127] }, "image_mean is [127]"],
    [{ size: { height: 0, width: 224 } }, 'size is {"height":0'],
    [{ size: { shortest_edge: -224 } }, "shortest_edge"],
    [{ resample: 1 }, "Lanczos"],
    [{ resample: "bicubic" }, 'resample is "bicubic"'],
    [{ do_center_crop: true, crop_size: -5 }, "crop_size is -5"],
    [{ do_center_crop: true, crop_size: 500 }, "cut out"],
    [{ rescale_factor: "1/255" }, 'rescale_factor is "1/255"'],
  ];
  for (const [change, word] of transformers) {
    const { preprocessing, faults } = readModelConfig({ model_type: "vit" }, {
      ...good,
      ...change,
    });
    assertEquals(preprocessing, null);
    assertStringIncludes(faults!.facts[0].text, word);
    assertEquals(faults!.facts[0].file, "preprocessor_config.json");
  }
  assertEquals(readModelConfig({ model_type: "vit" }, good).faults, undefined);
});

Deno.test("an image size that no image has is a fault, whoever's description it is in", () => {
  const processor = {
    image_processor_type: "ViTImageProcessor",
    image_mean: [0.5, 0.5, 0.5],
    image_std: [0.5, 0.5, 0.5],
    size: 224,
  };
  const clip = { embed_dim: 512, vision_cfg: { layers: 12, width: 768, patch_size: 32 } };
  const files: [(size: unknown) => unknown, key: string, file: string, processor?: unknown][] = [
    [(size) => ({ model_type: "vit", image_size: size }), "image_size", "config.json", processor],
    [(size) => ({ model_type: "vit", image_size: size }), "image_size", "config.json"],
    [
      (size) => ({ model_type: "clip", vision_config: { image_size: size } }),
      "image_size",
      "config.json",
      processor,
    ],
    [
      (size) => ({ architecture: "vit_tiny_patch16_224", model_args: { img_size: size } }),
      "img_size",
      "config.json",
    ],
    ...[{}, { size: 224 }].map((said): typeof files[number] => [
      (size) => ({
        model_cfg: { ...clip, vision_cfg: { ...clip.vision_cfg, image_size: size } },
        preprocess_cfg: said,
      }),
      "image_size",
      "open_clip_config.json",
    ]),
  ];
  for (const [describe, key, file, more] of files) {
    for (const size of [-5, 0, "224", 1e9, 22.5, [224], true, {}]) {
      const { preprocessing, faults } = readModelConfig(describe(size), more);
      assertEquals(preprocessing, null);
      const [fact] = faults!.facts;
      assertEquals([fact.file, fact.field], [file, "size"]);
      assertStringIncludes(fact.text, `${key} is ${JSON.stringify(size)}`);
    }
    for (const size of [224, [224, 224], null, undefined]) {
      assertEquals(readModelConfig(describe(size), more).faults, undefined);
    }
  }
});

Deno.test("a value that is nested without end is shown in short", () => {
  let deep: unknown = 1;
  for (let i = 0; i < 100_000; i++) deep = [deep];
  const { faults } = readModelConfig({ architecture: "resnet18", pretrained_cfg: { mean: deep } });
  assert(faults!.facts[0].text.length < 200);
});

Deno.test("a description of images that is none, and switches that are neither on nor off, are no leave to guess", () => {
  const vision = { image_size: 224, layers: 12, width: 768, patch_size: 32 };
  const good = {
    image_processor_type: "ViTImageProcessor",
    image_mean: [0.5, 0.5, 0.5],
    image_std: [0.5, 0.5, 0.5],
    size: 224,
  };
  const vit = {
    model_type: "vit",
    hidden_size: 192,
    num_hidden_layers: 12,
    num_attention_heads: 3,
  };
  assertEquals(readModelConfig(vit, good).faults, undefined);
  const wrong: [config: unknown, preprocessor: unknown, word: string][] = [
    [{ architecture: "resnet18", pretrained_cfg: "x" }, null, 'pretrained_cfg is "x"'],
    [
      { architecture: "resnet18", pretrained_cfg: [], std: [1, 1, 1] },
      null,
      "pretrained_cfg is []",
    ],
    [
      { model_cfg: { embed_dim: 512, vision_cfg: vision }, preprocess_cfg: 5 },
      null,
      "preprocess_cfg is 5",
    ],
    [vit, [], "image_mean is missing"],
    [vit, { image_processor: "x" }, 'image_processor is "x"'],
    [vit, { ...good, do_normalize: "false" }, 'do_normalize is "false"'],
    [vit, { ...good, do_normalize: 0 }, "do_normalize is 0"],
    [vit, { ...good, do_rescale: "no" }, 'do_rescale is "no"'],
    [vit, { ...good, do_resize: 1 }, "do_resize is 1"],
    [vit, { ...good, do_center_crop: "yes" }, 'do_center_crop is "yes"'],
  ];
  for (const [config, preprocessor, word] of wrong) {
    const { preprocessing, faults } = readModelConfig(config, preprocessor);
    assertEquals(preprocessing, null, word);
    const texts = faults!.facts.map(({ text }) => text);
    assert(texts.some((text) => text.startsWith(word)), texts.join("; "));
    for (const { field } of faults!.facts) assertEquals(field in faults!.rest, false);
  }
});
