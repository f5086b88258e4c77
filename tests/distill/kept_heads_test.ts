/** Heads in a file: they say what the teachers themselves would say. */

import { assertEquals, assertThrows } from "@std/assert";
import * as distill from "../../src/distill/mod.ts";
import { ArgumentError, ChecksumError, FormatError } from "../../src/base/errors.ts";
import * as models from "../../src/models/mod.ts";
import * as nn from "../../src/nn/mod.ts";
import * as teachers from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, inFolder, test } from "../helpers.ts";
import { freeAll, images, SmallNet, threeTeachers, unlabelled } from "./nets.ts";

for (const standardize of ["none", "running", "dataset", "phis"] as const) {
  for (const head of ["linear", "mlp"] as const) {
    test(`kept heads undo "${standardize}" standardization, with ${head} heads`, async () => {
      await inFolder((folder) =>
        torch.scope(() => {
          const { list, models } = threeTeachers();
          const second = new SmallNet(6, 7, 2);
          const twin = teachers.descriptive({ name: "as wide", model: second });
          const student = new SmallNet(6, 5, 4);
          const all = [...list, twin];
          const method = new distill.Agglomerative({ student, teachers: all, standardize, head });
          const x = images(16);
          const batch = unlabelled(x);
          const shelf = new teachers.Shelf(all);
          if (!method.standardizers.surveyed) {
            method.standardizers.observe(shelf.ask(batch));
            method.standardizers.settle();
          }
          method.step(batch);
          method.eval();
          const path = `${folder}/heads.safetensors`;
          method.saveHeads(path);
          const heads = distill.loadHeads(path).to(device) as distill.KeptHeads;
          assertEquals(new Set(heads.names), new Set(["wide", "narrow", "other", "as wide"]));
          const features = student.features(x);
          for (const { name } of all) {
            const own = heads.of(name).forward(features);
            // What the method compares: the teacher's standardized features with what its head says.
            const again = method.standardizers.ofOne(name, own);
            assertClose(again, method.heads.predictFor(name, features), { rtol: 1e-3, atol: 1e-4 });
          }
          assertThrows(() => heads.of("nobody"), ArgumentError, "wide");
          assertThrows(() => heads.ofPatches("wide"), ArgumentError, "there is none");
          freeAll(heads, method, student, second, ...models);
        })
      );
    });
  }
}

test("heads to patches are kept too, channels last", async () => {
  await inFolder((folder) =>
    torch.scope(() => {
      const cnn = (widths: number[]) =>
        new models.SmallCnn({ channels: 1, numClasses: 3, widths }).to(device);
      const [student, master] = [cnn([4, 6]), cnn([4, 5, 7])];
      const list = [teachers.descriptive({ name: "cnn", model: master })];
      const method = new distill.Agglomerative({
        student,
        teachers: list,
        standardize: "running",
        patches: 1,
      });
      const x = torch.rand([6, 1, 8, 8], { device });
      method.step(unlabelled(x));
      method.eval();
      const path = `${folder}/heads.safetensors`;
      method.saveHeads(path);
      const heads = distill.loadHeads(path).to(device) as distill.KeptHeads;
      const rows = student.forwardStages(x).stages.at(-1)!.permute([0, 2, 3, 1]);
      const own = heads.ofPatches("cnn").forward(rows);
      assertEquals(own.shape, [...rows.shape.slice(0, 3), 7]);
      const again = method.patchHeads!.standardizerOf("cnn").ofOne("cnn", own.reshape([-1, 7]));
      const expected = method.patchHeads!.heads.predictFor("cnn", rows.reshape([-1, 6]));
      assertClose(again, expected, { rtol: 1e-3, atol: 1e-4 });
      freeAll(heads, method, student, master);
    })
  );
});

test("PyTorch's modules have the same layers under the same names", async () => {
  await inFolder((folder) =>
    torch.scope(() => {
      const { list, models } = threeTeachers();
      const student = new SmallNet(6, 5, 4);
      const method = new distill.Agglomerative({ student, teachers: list, standardize: "none" });
      const path = `${folder}/heads.safetensors`;
      method.saveHeads(path);
      const state = torch.loadSafetensors(path);
      const layers = ["norm", "hidden", "output"].flatMap((l) => [`${l}.weight`, `${l}.bias`]);
      assertEquals(
        Object.keys(state).sort(),
        [0, 1, 2].flatMap((i) => layers.map((layer) => `pooled.${i}.${layer}`)).sort(),
      );
      const x = torch.randn([3, 5]);
      const at = (key: string) => state[`pooled.1.${key}`];
      const normed = torch.layerNorm(x, [5], at("norm.weight"), at("norm.bias"), 1e-5);
      const inner = nn.functional.gelu(
        torch.linear(normed, at("hidden.weight"), at("hidden.bias")),
      );
      const heads = distill.loadHeads(path);
      assertClose(
        heads.of(heads.names[1]).forward(x),
        torch.linear(inner, at("output.weight"), at("output.bias")),
      );
      freeAll(heads, method, student, ...models);
    })
  );
});

test("heads that cannot be kept, and files that hold none, are refused", async () => {
  await inFolder((folder) =>
    torch.scope(() => {
      const { list, models } = threeTeachers();
      const student = new SmallNet(6, 5, 4);
      const make = (standardize: distill.Standardization) =>
        new distill.Agglomerative({ student, teachers: list, standardize });
      const path = `${folder}/heads.safetensors`;
      const byBatch = make("batch");
      assertThrows(() => byBatch.saveHeads(path), ArgumentError, "batch");
      const method = make("none");
      method.saveHeads(path);
      const bytes = Deno.readFileSync(path);
      bytes[bytes.length - 5] ^= 1;
      Deno.writeFileSync(path, bytes);
      assertThrows(() => distill.loadHeads(path), ChecksumError);
      const metadata = { format: "apprentice-heads", version: "1" };
      const save = (more: Record<string, string>) =>
        torch.saveSafetensors(path, { "pooled.0.output.bias": torch.ones([2]) }, more);
      save({});
      assertThrows(() => distill.loadHeads(path), FormatError, "not said");
      save({ ...metadata, version: "2" });
      assertThrows(() => distill.loadHeads(path), FormatError, "version 2");
      save(metadata);
      assertThrows(() => distill.loadHeads(path), FormatError, "whose heads");
      save({ ...metadata, pooled: "[1]", patches: "[]" });
      assertThrows(() => distill.loadHeads(path), FormatError, "whose heads");
      save({ ...metadata, pooled: '["a"]', patches: "[]" });
      assertThrows(() => distill.loadHeads(path), FormatError, "pooled.0");
      const odd = { "pooled.0.output.weight": torch.ones([2, 3]) };
      torch.saveSafetensors(path, odd, { ...metadata, pooled: '["a"]', patches: "[]" });
      assertThrows(() => distill.loadHeads(path), FormatError, "pooled.0");
      assertThrows(() => distill.loadHeads(`${folder}/none.safetensors`), FormatError);
      freeAll(byBatch, method, student, ...models);
    })
  );
});
