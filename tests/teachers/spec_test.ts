/** What teachers say of themselves: other weights, layers, classes or a view are seen. */

import { assert, assertEquals } from "@std/assert";
import * as models from "../../src/models/mod.ts";
import { sourceSpec } from "../../src/teachers/source_spec.ts";
import type { TeacherFacts } from "../../src/teachers/teacher_options.ts";
import { differencesOf } from "../../src/base/spec.ts";
import * as teachers from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { test } from "../helpers.ts";

const mlp = (seed: number, dropout = 0) => {
  torch.manualSeed(seed);
  return new models.Mlp({ inputs: 4, numClasses: 3, widths: [5], dropout });
};

test("a teacher of a model: its weights, layers, name, classes and view", () => {
  const made: models.Mlp[] = [];
  const teacher = (
    options: Partial<teachers.TeacherOptions & { classes: number[] }> = {},
    seed = 1,
    dropout = 0,
  ) => {
    made.push(mlp(seed, dropout));
    return teachers.predictive({ name: "one", model: made.at(-1)!, ...options }).spec();
  };
  const spec = teacher();
  const paths = (now: ReturnType<typeof teacher>) =>
    differencesOf(spec, now).map(({ path }) => path);
  assertEquals(paths(teacher()), []);
  assertEquals(paths(teacher({}, 2)), ["weights"]);
  assertEquals(paths(teacher({}, 1, 0.5)), ["layers"]);
  assertEquals(paths(teacher({ name: "two" })), ["name"]);
  assertEquals(paths(teacher({ classes: [0, 2, 1] })), ["labelMap"]);
  const view = { size: [2, 2] as const, mean: [0.5], std: [0.5] };
  assertEquals(paths(teacher({ view })), ["view"]);
  for (const model of made) model.dispose();
});

test("a teacher of a file: the file's contents, not its place", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const files: string[] = [];
    for (const [name, seed] of [["a", 1], ["b", 1], ["c", 2]] as const) {
      torch.manualSeed(seed);
      using model = models.create("resnet20", { numClasses: 10 });
      files.push(`${folder}/${name}/resnet20.safetensors`);
      torch.saveSafetensors(files.at(-1)!, model.stateDict());
    }
    const specs = [];
    for (const file of files) {
      using teacher = await teachers.load(file, { name: "t" });
      specs.push(teacher.spec());
    }
    assertEquals(differencesOf(specs[0], specs[1]), []);
    assert(differencesOf(specs[0], specs[2]).length > 0, JSON.stringify(specs));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

test("a file that a teacher is run from: one bit anywhere in it", async () => {
  const path = await Deno.makeTempFile();
  try {
    const bytes = new Uint8Array(8 << 20);
    const specOf = () => {
      Deno.writeFileSync(path, bytes);
      return sourceSpec(null, { source: path } as TeacherFacts);
    };
    const before = specOf();
    bytes[(8 << 20) / 4 * 3 - 5] ^= 1;
    const after = specOf();
    assertEquals(differencesOf(before, after).map(({ path }) => path), ["file.checksum"]);
  } finally {
    await Deno.remove(path);
  }
});
