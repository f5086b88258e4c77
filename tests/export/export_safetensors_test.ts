import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import { timmConfig } from "../../src/export/timm_config.ts";
import * as models from "../../src/models/mod.ts";
import * as nn from "../../src/nn/mod.ts";
import { exportSafetensors, run } from "../../src/runs/mod.ts";
import type { View } from "../../src/data/view.ts";
import * as teachers from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { digits, distilled, quiet } from "../runs/small_recipes.ts";
import { assertClose, inFolder, test } from "../helpers.ts";

// That timm and torchvision take them is what tests/parity/exported.ts shows.

const configIn = (folder: string) => JSON.parse(Deno.readTextFileSync(`${folder}/config.json`));

for (
  const method of [
    { name: "UNIFORM" },
    { name: "CustomKD" },
  ]
) {
  test(`a student that ${method.name} taught has its own parameters in the file, and nothing else`, () =>
    inFolder(async (folder) => {
      const few = digits({ split: [300, 200], part: 1 });
      const recipe = distilled({ method, epochs: 2 });
      using _ = await run(
        { ...recipe, data: { ...recipe.data, labelled: method.name === "CustomKD" ? few : null } },
        quiet(folder),
      );
      const out = `${folder}/out`;
      const written = await exportSafetensors(`${folder}/runs`, out);
      using fresh = new models.SmallCnn({ numClasses: 10, channels: 1, widths: [4, 8] });
      torch.scope(() =>
        assertEquals(
          Object.keys(torch.loadSafetensors(`${out}/model.safetensors`)).toSorted(),
          Object.keys(fresh.stateDict()).toSorted(),
        )
      );
      assertEquals(written.libraries, []);
      assertEquals(written.python, null);
      assertStringIncludes(written.notes.join(), "No library of Python makes a SmallCnn");
      assertEquals(configIn(out).options.widths, [4, 8]);
    }));
}

test("names, files and config of networks of both libraries, of one, and of this package", () =>
  inFolder(async (folder) => {
    const at = async (name: string, options: models.CreateOptions = {}) => {
      using model = models.create(name, { numClasses: 3, ...options });
      const written = await exportSafetensors(model, folder);
      assertEquals(written.files, ["model.safetensors", "config.json"]);
      assertEquals(torch.loadSafetensorsMetadata(`${folder}/model.safetensors`).format, "pt");
      using again = models.load(folder);
      assertEquals(again.recipe, model.recipe);
      return { ...written, config: configIn(folder) };
    };
    const both = await at("resnet18");
    assertEquals(both.libraries, ["timm", "torchvision"]);
    assertEquals(both.config.architecture, "resnet18");
    assertEquals(both.config.pretrained_cfg.first_conv, "conv1");
    assertEquals(both.config.pretrained_cfg.classifier, "fc");
    const tagged = await at("vit_tiny_patch16_224.augreg_in21k", { imageSize: 32, inChannels: 1 });
    assertEquals(tagged.architecture, "vit_tiny_patch16_224");
    assertEquals(tagged.config.model_args, { in_chans: 1, img_size: 32 });
    const own = await at("torchvision/efficientnet_b0", { numClasses: 2 });
    assertEquals(own.libraries, ["torchvision"]);
    assertEquals(own.architecture, "efficientnet_b0");
    assertStringIncludes(own.python!, 'get_model("efficientnet_b0", weights=None, num_classes=2)');
    const gray = await at("mobilenet_v3_small", { inChannels: 1 });
    assertEquals(gray.python, null);
    assertStringIncludes(
      gray.notes.join(),
      "the student's first convolution and head in their places",
    );
    using branched = models.create("fastvit_t8", { numClasses: 3 });
    using folded = models.fold(branched);
    const { python, notes } = await exportSafetensors(folded, folder);
    // timm takes it for a file of its authors if it reads the folder.
    assertStringIncludes(python!, "inference_mode=True, checkpoint_path=");
    assertStringIncludes(notes.join(), "The model is folded");
    const nobody = await at("resnet20");
    assertEquals(nobody.python, null);
    assertEquals(nobody.config.architecture, "resnet20");
  }));

test("config.json says the view, and a teacher of the folder has it", () =>
  inFolder(async (folder) => {
    using model = models.create("mobilenetv3_small_050", { numClasses: 2 });
    model.view = { size: [48, 64], mean: [0.1, 0.2, 0.3], std: [0.4, 0.5, 0.6] };
    model.classNames = ["cat", "dog"];
    await exportSafetensors(model, folder);
    const { label_names, pretrained_cfg: cfg } = configIn(folder);
    assertEquals(label_names, ["cat", "dog"]);
    assertEquals(cfg.input_size, [3, 48, 64]);
    assertEquals([cfg.crop_pct, cfg.crop_mode, cfg.interpolation], [1, "center", "bilinear"]);
    using teacher = await teachers.load(folder, { kind: "predictive", labelSpace: ["dog", "cat"] });
    assertEquals(teacher.view?.mean, [0.1, 0.2, 0.3]);
    // As others read it, who know nothing of the file's metadata.
    using other = await teachers.load(`${folder}/model.safetensors`, {
      architecture: "mobilenetv3_small_050",
    });
    assertEquals(other.view, {
      ...model.view,
      interpolation: "bilinear",
      cropFraction: 1,
      cropMode: "center",
    } as View);
  }));

test("half precision: weights, but neither statistics, counts nor what is too large for it", () =>
  inFolder(async (folder) => {
    using model = models.create("resnet18", { numClasses: 2 });
    torch.noGrad(() => torch.scope(() => void model.stateDict()["fc.bias"].fill_(1e6)));
    model.eval();
    await exportSafetensors(model, `${folder}/whole`);
    await exportSafetensors(model, `${folder}/half`, { float16: true });
    const size = (name: string) => Deno.statSync(`${folder}/${name}/model.safetensors`).size;
    assert(size("half") < 0.51 * size("whole"));
    using again = models.load(`${folder}/half`);
    torch.scope(() => {
      const { dtype } = torch.loadSafetensors(`${folder}/half/model.safetensors`)["conv1.weight"];
      assertEquals(dtype, "float16");
      const state = torch.loadSafetensors(`${folder}/half/model.safetensors`);
      assertEquals(state["bn1.running_var"].dtype, "float32");
      assertEquals(state["bn1.num_batches_tracked"].dtype, "int64");
      assertEquals(state["fc.bias"].dtype, "float32");
      const images = torch.randn([2, 3, 64, 64]);
      assertClose(again.features(images), model.features(images), { rtol: 0.02, atol: 0.02 });
    });
  }));

test("the first and last layers that timm asks for are found in the model", () => {
  const of = (name: string, numClasses = 3) => {
    using model = models.create(name, { numClasses });
    const { first_conv, classifier } = timmConfig(model).pretrained_cfg;
    return [first_conv, classifier];
  };
  // As timm 1.0.31 has them.
  assertEquals(of("repvit_m0_9"), ["stem.conv1.c", ["head.head.l", "head.head_dist.l"]]);
  assertEquals(of("mobileone_s0"), [["stem.conv_kxk.0.conv", "stem.conv_scale.conv"], "head.fc"]);
  assertEquals(of("resnet18", 0), ["conv1", "fc"]);
  assertEquals(of("deit_tiny_distilled_patch16_224"), ["patch_embed.proj", ["head", "head_dist"]]);
});

test("a model that does not know how it was made is not exported, and nothing is written", () =>
  inFolder(async (folder) => {
    class Own extends nn.Classifier {
      override head = new nn.Linear(4, 2);
      override featureDim = 4;
      override numClasses = 2;
      override features(images: torch.Tensor): torch.Tensor {
        return images.flatten(1);
      }
    }
    using model = new Own();
    const error = await assertRejects(() => exportSafetensors(model, `${folder}/x`), ArgumentError);
    assertStringIncludes(error.message, "does not know how it was made");
    await assertRejects(
      () => exportSafetensors(folder, `${folder}/x`),
      ArgumentError,
      "no student",
    );
    assertEquals([...Deno.readDirSync(folder)], []);
  }));
