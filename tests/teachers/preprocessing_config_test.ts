import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { list } from "../../src/models/registry.ts";
import type { PublishedPreprocessing } from "../../src/teachers/configs/model_config.ts";
import { readModelConfig } from "../../src/teachers/preprocessing_config.ts";

/** One case of hub_configs.py, which says what each is. */
interface Case {
  name: string;
  config: Record<string, unknown>;
  preprocessor?: Record<string, unknown> | null;
  architecture: string | null;
  imageSize: number | null;
  numClasses: number;
  interpolation?: string;
  size?: number[];
  cover?: number[];
  black?: number[];
  white?: number[];
}

const cases: Case[] = JSON.parse(
  Deno.readTextFileSync(new URL("../golden/hub_configs.json", import.meta.url)),
);

/** Part of a photograph of 300 x 400 pixels that is seen: top, bottom, left, right. */
function coverOf({ cropMode, cropFraction }: PublishedPreprocessing): number[] {
  const part = (fraction: number): number[] => [(1 - fraction) / 2, (1 + fraction) / 2];
  assert(cropMode !== "border");
  const wide = cropMode === "squash" ? cropFraction : cropFraction * 300 / 400;
  return [...part(cropFraction), ...part(wide)];
}

Deno.test("what timm and transformers write for a hub is read as they themselves use it", () => {
  for (const { name, config, preprocessor, ...truth } of cases) {
    const read = readModelConfig(config, preprocessor);
    assertEquals(read.architecture, truth.architecture, `${name}: ${read.problems}`);
    assertEquals(read.library, "pretrained_cfg" in config ? "timm" : "transformers", name);
    assertEquals(read.imageSize, truth.imageSize, name);
    assertEquals(read.numClasses, truth.numClasses, name);
    if (truth.architecture === null) assert(read.problems.length > 0, name);
    const { preprocessing } = read;
    if (truth.size === undefined) {
      assertEquals(preprocessing, null, name);
      continue;
    }
    if (preprocessing === null) throw new Error(`${name}: ${read.problems}`);
    assertEquals([...preprocessing.size], truth.size, name);
    assertEquals(preprocessing.interpolation, truth.interpolation, name);
    // Pixels are whole there, and the outermost ones' middles lie inside.
    coverOf(preprocessing).forEach((value, i) =>
      assertAlmostEquals(value, truth.cover![i], 0.004 + 1 / truth.size![0], name)
    );
    preprocessing.mean.forEach((mean, i) => {
      assertAlmostEquals((0 - mean) / preprocessing.std[i], truth.black![i], 2e-5, name);
      assertAlmostEquals((1 - mean) / preprocessing.std[i], truth.white![i], 2e-5, name);
    });
  }
});

Deno.test("the order of channels is said where it is not red, green, blue", () => {
  const order = (name: string, changed: Record<string, unknown> = {}): string | undefined => {
    const { config, preprocessor } = cases.find((one) => one.name === name)!;
    return readModelConfig(config, { ...preprocessor, ...changed }).channelOrder;
  };
  assertEquals(order("apple/mobilevit-xx-small"), "bgr");
  assertEquals(order("apple/mobilevit-xx-small", { do_flip_channel_order: undefined }), "bgr");
  assertEquals(order("apple/mobilevit-xx-small", { do_flip_channel_order: false }), undefined);
  assertEquals(order("facebook/levit-128S"), undefined);
  assertEquals(order("facebook/levit-128S", { do_flip_channel_order: true }), "bgr");
});

Deno.test("architectures of transformers' models are those of the registry", () => {
  const names = new Set(list());
  const found = cases.filter(({ config }) => !("pretrained_cfg" in config))
    .flatMap(({ architecture }) => architecture ?? []);
  assert(found.length > 10);
  for (const name of found) assert(names.has(name), name);
});

Deno.test("classes have names where their publisher gave them some", () => {
  const labels = (name: string): readonly string[] | undefined => {
    const { config, preprocessor } = cases.find((one) => one.name.startsWith(name))!;
    return readModelConfig(config, preprocessor).labels;
  };
  assertEquals(labels("vit_tiny_patch16_224"), ["a cat", "dog"]);
  assertEquals(labels("a/vit-small-with-names"), ["cat", "dog", "fish"]);
  assertEquals(labels("google/vit-base-patch16-224"), undefined, "LABEL_0 is no name");
  assertEquals(labels("resnet18"), undefined);
});

Deno.test("numbers that a file leaves out are those of transformers' classes", () => {
  const read = (config: Record<string, unknown>): string | null =>
    readModelConfig(config).architecture;
  assertEquals(read({ model_type: "vit" }), "vit_base_patch16_224");
  assertEquals(read({ model_type: "dinov2" }), "vit_base_patch14_dinov2");
  assertEquals(read({ model_type: "clip", vision_config: {} }), "clip_vit_b_32");
  assertEquals(read({ model_type: "clip", vision_config: { patch_size: 16 } }), "clip_vit_b_16");
  assertEquals(read({ model_type: "resnet" }), "resnet50");
  assertEquals(read({ model_type: "convnext" }), "convnext_tiny");
  assertEquals(read({ model_type: "convnextv2" }), "convnextv2_tiny");
  assertEquals(read({ model_type: "dinov3_convnext" }), "convnext_tiny");
  const dinov3 = { model_type: "dinov3_vit", num_register_tokens: 4 };
  assertEquals(read(dinov3), "vit_small_patch16_dinov3_qkvb");
  const unbiased = { ...dinov3, query_bias: false, value_bias: false };
  assertEquals(read(unbiased), "vit_small_patch16_dinov3");
  const aimv2 = { model_type: "aimv2_vision_model", use_head: false };
  assertEquals(read(aimv2), "aimv2_large_patch14_224");
  assertEquals(read({ ...aimv2, image_size: 448 }), "aimv2_large_patch14_448");
  assertEquals(read({ model_type: "regnet" }), "regnety_040");
  assertEquals(read({ model_type: "swin" }), "swin_tiny_patch4_window7_224");
  assertEquals(read({ model_type: "hiera" }), "hiera_base_224");
  const second = { model_type: "swinv2", image_size: 256, window_size: 16 };
  assertEquals(read(second), "swinv2_tiny_window16_256");
});

Deno.test("what differs from the registry's architecture is no match, with the reason", () => {
  const wrong: [Record<string, unknown>, string][] = [
    [{ model_type: "vit", hidden_size: 800 }, "width 800"],
    [{ model_type: "vit", hidden_act: "relu" }, "hidden_act"],
    [{ model_type: "vit", qkv_bias: false }, "qkv_bias"],
    [{ model_type: "vit", num_channels: 1 }, "num_channels"],
    [{ model_type: "vit", intermediate_size: 100 }, "intermediate_size"],
    [{ model_type: "dinov2", patch_size: 16 }, "patch_size"],
    [{ model_type: "dinov2_with_registers", patch_size: 14, num_register_tokens: 8 }, "register"],
    [{ model_type: "resnet", depths: [1, 1, 1, 1] }, "[1, 1, 1, 1]"],
    [{ model_type: "resnet", downsample_in_bottleneck: true }, "downsample_in_bottleneck"],
    [{ model_type: "convnextv2", depths: [1, 1, 1, 1] }, "[1, 1, 1, 1]"],
    [{ model_type: "dinov3_convnext", hidden_act: "relu" }, "hidden_act"],
    [{ model_type: "regnet", depths: [1, 1, 1, 1] }, "[1, 1, 1, 1]"],
    [{ model_type: "regnet", layer_type: "z" }, "layer_type"],
    [{ model_type: "regnet", groups_width: 1e300 }, "1e+300"],
    [{ model_type: "swin", window_size: 12 }, "window_size"],
    [{ model_type: "efficientnet", width_coefficient: 1.5 }, "[1.5], [3.1]"],
    [{ model_type: "efficientnet", strides: [1, 1, 1, 1, 1, 1, 1] }, "strides"],
    [{ model_type: "mobilenet_v2", tf_padding: false }, "tf_padding"],
    [{ model_type: "mobilenet_v2", depth_multiplier: 0.9 }, "[0.9]"],
    [{ model_type: "dinov3_vit" }, "num_register_tokens is 0"],
    [{ model_type: "dinov3_vit", num_register_tokens: 4, use_gated_mlp: true }, "hidden_act"],
    [{ model_type: "dinov3_vit", num_register_tokens: 4, query_bias: false }, "value_bias"],
    [{ model_type: "dinov3_vit", num_register_tokens: 4, hidden_size: 1e9 }, "[1000000000, 12"],
    [{ model_type: "dinov3_vit", num_register_tokens: 4, rope_theta: 1 }, "rope_theta"],
    [{ model_type: "aimv2_vision_model" }, "use_head"],
    [{ model_type: "aimv2_vision_model", use_head: false, is_native: true }, "is_native"],
    [{ model_type: "aimv2_vision_model", use_head: false, hidden_size: 0.5 }, "0.5"],
    [{ model_type: "swin", window_size: 12, image_size: 384 }, '"tiny"'],
    [{ model_type: "swin", image_size: [224, 448] }, "image_size"],
    [{ model_type: "swinv2", image_size: 192, window_size: 12 }, '"tiny"'],
    [{ model_type: "swinv2", embed_dim: 1e300 }, "1e+300"],
    [{ model_type: "swinv2", pretrained_window_sizes: "many" }, "window"],
    [{ model_type: "hiera", depths: [1, 2, 3, 4] }, "[1, 2, 3, 4]"],
    [{ model_type: "hiera", num_query_pool: 2 }, "num_query_pool"],
    [{ model_type: "bert" }, "bert"],
    [{ model_type: "constructor" }, "constructor"],
  ];
  for (const [config, reason] of wrong) {
    const { architecture, problems } = readModelConfig(config);
    assertEquals(architecture, null, reason);
    assert(problems.join("; ").includes(reason), `${problems} says ${reason}`);
  }
});

Deno.test("OpenCLIP's configuration", () => {
  // As OpenCLIP pushes it for ViT-B-32 with OpenAI's weights, laion's ViT-H-14 and SigLIP.
  const statistics = { mean: [0.48145466, 0.4578275, 0.40821073], std: [0.27, 0.26, 0.28] };
  const vision = { image_size: 224, layers: 12, width: 768, patch_size: 32 };
  const config = (
    model: Record<string, unknown>,
    preprocess: Record<string, unknown> = statistics,
  ): Record<string, unknown> => ({ model_cfg: model, preprocess_cfg: preprocess });
  const plain = readModelConfig(config({ embed_dim: 512, vision_cfg: vision }));
  assertEquals(plain, {
    architecture: "open_clip_vit_b_32",
    library: "open_clip",
    imageSize: 224,
    numClasses: 0,
    preprocessing: {
      size: [224, 224],
      cropFraction: 1,
      cropMode: "center",
      interpolation: "bicubic",
      ...statistics,
    },
    modelArgs: {},
    problems: [],
  });
  const read = (model: Record<string, unknown>): string | null =>
    readModelConfig(config(model)).architecture;
  assertEquals(read({ embed_dim: 512, quick_gelu: true, vision_cfg: vision }), "clip_vit_b_32");
  const huge = { image_size: 224, layers: 32, width: 1280, head_width: 80, patch_size: 14 };
  assertEquals(read({ embed_dim: 1024, vision_cfg: huge }), "open_clip_vit_h_14");
  const large = { image_size: 336, layers: 24, width: 1024, patch_size: 14 };
  assertEquals(
    read({ embed_dim: 768, quick_gelu: true, vision_cfg: large }),
    "clip_vit_l_14_336",
  );
  const siglip = { image_size: 224, timm_model_name: "vit_base_patch16_siglip_224" };
  const squashed = readModelConfig(
    config({ embed_dim: 768, vision_cfg: siglip }, {
      mean: [0.5, 0.5, 0.5],
      std: [0.5, 0.5, 0.5],
      interpolation: "bicubic",
      resize_mode: "squash",
    }),
  );
  assertEquals(squashed.architecture, "vit_base_patch16_siglip_224");
  assertEquals(squashed.preprocessing!.cropMode, "squash");
  assertEquals(read({ embed_dim: 1024, vision_cfg: { layers: [3, 4, 6, 3], width: 64 } }), null);
  assertEquals(read({ embed_dim: 512, vision_cfg: { ...vision, attentional_pool: true } }), null);
});

Deno.test("timm's older files, and what they leave out", () => {
  const flat = readModelConfig({
    architecture: "resnet18",
    num_classes: 10,
    input_size: [3, 32, 48],
    interpolation: "bilinear",
    crop_pct: 1,
    mean: [0.1, 0.2, 0.3],
    std: [1, 1, 1],
  });
  assertEquals([flat.architecture, flat.numClasses], ["resnet18", 10]);
  assertEquals(flat.preprocessing, {
    size: [32, 48],
    cropFraction: 1,
    cropMode: "center",
    interpolation: "bilinear",
    mean: [0.1, 0.2, 0.3],
    std: [1, 1, 1],
  });
  // Values of timm.data.resolve_data_config({}, {}).
  const bare = readModelConfig({ architecture: "resnet18", pretrained_cfg: { crop_pct: null } });
  assertEquals(bare.numClasses, null);
  assertEquals(bare.preprocessing, {
    size: [224, 224],
    cropFraction: 0.875,
    cropMode: "center",
    interpolation: "bicubic",
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
  });
  // What says nothing of images leaves them to the architecture.
  const silent = readModelConfig({ architecture: "resnet18", pretrained_cfg: {} });
  assertEquals(silent.preprocessing, null);
  assertEquals(silent.problems.length, 1);
  const args = { img_size: 224 };
  assertEquals(readModelConfig({ architecture: "a", model_args: args }).modelArgs, args);
});

Deno.test("processors that do what cannot be done here are named", () => {
  const good = {
    image_processor_type: "ViTImageProcessor",
    image_mean: [0.5],
    image_std: [0.5],
    size: 224,
  };
  const read = (change: Record<string, unknown>): string => {
    const { preprocessing, problems } = readModelConfig({ model_type: "vit" }, {
      ...good,
      ...change,
    });
    return preprocessing === null ? problems.join("; ") : "";
  };
  assertEquals(read({}), "");
  assertEquals(read({ image_processor: good }), "", "inside a processor of several inputs");
  const wrong: [Record<string, unknown>, string][] = [
    [{ resample: 1 }, "Lanczos"],
    [{ resample: 99 }, "99"],
    [{ do_rescale: false }, "255"],
    [{ rescale_factor: 0.5 }, "0.5"],
    [{ do_resize: false }, "do_resize"],
    [{ size: { longest_edge: 3 } }, "longest_edge"],
    [{ size: undefined }, "missing"],
    [{ size: -3 }, "-3"],
    [{ image_mean: null }, "image_mean"],
    [{ image_std: [0] }, "standard deviation"],
    [{ image_std: [1, 1] }, "fit"],
    [{ image_mean: ["a"] }, "image_mean"],
    [{ do_center_crop: true, crop_size: 500 }, "cut out"],
  ];
  for (const [change, reason] of wrong) {
    const said = read(change);
    assert(said.includes(reason), `${JSON.stringify(change)}: "${said}"`);
  }
  assert(readModelConfig({ model_type: "vit" }).problems[0].includes("preprocessor_config.json"));
});

Deno.test("whatever stands in a file, reading it does not throw", () => {
  const odd: unknown[] = [
    null,
    undefined,
    3,
    "config",
    [],
    {},
    { architecture: "", pretrained_cfg: [] },
    { architecture: "x", pretrained_cfg: { interpolation: "constructor", mean: {} } },
    { architecture: "x", pretrained_cfg: { crop_mode: "__proto__" } },
    { architecture: "x", pretrained_cfg: { input_size: [3, 1e9, -1] } },
    { architecture: "x", label_names: { 0: "a", 7: "b" }, num_classes: 2 },
    { model_type: "clip", vision_config: 7 },
    { model_type: "vit", architectures: [7], id2label: [] },
    { model_type: "toString" },
    { model_type: "efficientnet", width_coefficient: "1", kernel_sizes: {}, strides: [NaN] },
    {
      model_type: "efficientnet",
      image_processor_type: "EfficientNetImageProcessor",
      image_std: "s",
    },
    { model_type: "mobilenet_v2", depth_multiplier: Infinity },
    { model_cfg: { vision_cfg: { width: "w", image_size: {} } }, preprocess_cfg: 3 },
    { model_cfg: { vision_cfg: {} }, preprocess_cfg: { resize_mode: "valueOf" } },
  ];
  for (const config of odd) {
    for (const preprocessor of [undefined, ...odd]) {
      const { preprocessing, problems, architecture } = readModelConfig(config, preprocessor);
      if (preprocessing === null || architecture === null) {
        assert(problems.length > 0, JSON.stringify(config));
      } else assert(preprocessing.size.every((side) => side > 0));
    }
  }
});

Deno.test("NVIDIA's own description says by its version which RADIO it is", () => {
  const read = (version: unknown) => readModelConfig({ model_type: "", version, args: {} }, null);
  assertEquals(read("c-radio_v3-b").architecture, "c-radio_v3-b");
  for (const version of ["e-radio_v2", "vit_base_patch16_224", undefined, 3, {}]) {
    const { architecture, problems } = read(version);
    assertEquals(architecture, null);
    assert(problems[0].includes("c-radio_v4-h"), problems[0]);
  }
});

Deno.test("odd numbers in descriptions of vision transformers name nothing, or what is there", () => {
  const names = new Set(list());
  const odd: unknown[] = [0, -1, 1.5, 1e30, NaN, "16", null, [], [1], {}, true, "__proto__"];
  const keys = ["hidden_size", "num_hidden_layers", "patch_size", "image_size", "intermediate_size"]
    .concat(["num_cls_tokens", "num_patches", "architectures", "vision_config", "hidden_act"]);
  for (const type of ["deit", "beit", "siglip", "siglip_vision_model", "siglip2", "radio", ""]) {
    for (const key of keys) {
      for (const value of odd) {
        const tower = { use_relative_position_bias: true, [key]: value };
        const config = {
          model_type: type,
          ...tower,
          ...("vision_config" in tower ? {} : { vision_config: tower }),
        };
        const { architecture, problems } = readModelConfig(config, null);
        const what = Deno.inspect(config);
        if (architecture === null) assert(problems.length > 0, what);
        else assert(names.has(architecture), `${architecture} of ${what}`);
      }
    }
  }
});
