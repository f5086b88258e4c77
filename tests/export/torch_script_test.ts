import { assert, assertEquals, assertRejects } from "@std/assert";
import { FileError } from "../../src/base/errors.ts";
import { create } from "../../src/models/create.ts";
import { exportTorchScript } from "../../src/runs/export_torch_script.ts";
import { load as loadTeacher } from "../../src/teachers/load.ts";
import * as torch from "../../src/torch/mod.ts";
import type { Tensor } from "../../src/torch/mod.ts";
import { assertClose, inFolder, test } from "../helpers.ts";
import { FunctionModel } from "./functions.ts";

test("a TorchScript file computes the logits of any number of images", () =>
  inFolder(async (folder) => {
    using model = create("vit_tiny_patch4_32", { numClasses: 3 });
    const path = `${folder}/new/vit.pt`;
    const { bytes, difference } = await exportTorchScript(model, path);
    assertEquals(bytes, Deno.statSync(path).size);
    assert(difference < 1e-5);
    using script = torch.loadScript(path);
    model.eval();
    for (const batch of [1, 4]) {
      torch.scope(() =>
        torch.noGrad(() => {
          const images = torch.randn([batch, 3, 32, 32]);
          assertClose(script.forward(images) as Tensor, model.forward(images), { atol: 1e-5 });
        })
      );
    }
  }));

test("modules, parameters and buffers have the model's names, and weights train", () =>
  inFolder(async (folder) => {
    using model = create("resnet18", { numClasses: 2 });
    const path = `${folder}/resnet.pt`;
    await exportTorchScript(model, path, { features: true });
    using script = torch.loadScript(path);
    const names = model.namedModules().map(([name]) => name).filter((name) => name !== "");
    assertEquals([...script.modules].filter((name) => names.includes(name)).sort(), names.sort());
    torch.scope(() => {
      const state = script.stateDict();
      assertEquals(Object.keys(state).sort(), Object.keys(model.stateDict()).sort());
      for (const [name, tensor] of Object.entries(model.stateDict())) {
        assert(state[name].equal(tensor), name);
      }
      const images = torch.randn([2, 3, 32, 32]);
      const { output, returned } = script.observe(["layer4.1"], images);
      assertEquals((output as Tensor[]).map(({ shape }) => shape), [[2, 2], [2, 512]]);
      assertClose((returned["layer4.1"][0] as Tensor).mean([2, 3]), (output as Tensor[])[1], {
        atol: 1e-5,
      });
    });
    using teacher = await loadTeacher(path, {
      tap: "layer2.1",
      view: { size: [32, 32], mean: [0, 0, 0], std: [1, 1, 1] },
    });
    assertEquals(teacher.featureDim, 128);
  }));

test("classes whose names are none in Python are written under others", () =>
  inFolder(async (folder) => {
    using model = new (class $1é extends FunctionModel {})((x) => x.relu());
    await exportTorchScript(model, `${folder}/odd.pt`);
    using script = torch.loadScript(`${folder}/odd.pt`);
    assertEquals(script.methods, ["forward"]);
  }));

test("a place that cannot be written to is an error, and what is there stays", () =>
  inFolder(async (folder) => {
    using model = create("mobilenetv3_small_050", { numClasses: 2 });
    await Deno.mkdir(`${folder}/taken`);
    await assertRejects(() => exportTorchScript(model, `${folder}/taken`), FileError);
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["taken"]);
  }));
