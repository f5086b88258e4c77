/** Teachers that vote by a linear classifier on the frozen features of a model. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import { featuresOf, linearProbe } from "../../src/evaluation/mod.ts";
import * as models from "../../src/models/mod.ts";
import { buildTeachers } from "../../src/runs/build_teachers.ts";
import * as runs from "../../src/runs/mod.ts";
import { DataOpener } from "../../src/runs/open_data.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, inFolder, test } from "../helpers.ts";
import { digits, supervised } from "./small_recipes.ts";

/** A model of three classes, and a recipe's entry of a teacher that reads digits from its features. */
function saved(folder: string): string {
  torch.manualSeed(3);
  using model = new models.SmallCnn({ numClasses: 3, widths: [8, 16] });
  model.view = { size: [28, 28], mean: [0.13], std: [0.31] };
  const path = `${folder}/three.safetensors`;
  models.save(path, model);
  return path;
}

const known = digits({ perClass: 20, seed: 1 });

function entry(source: string, more: object = {}) {
  const all = {
    source,
    name: "read",
    kind: "predictive" as const,
    probe: { data: known, l2: 0.1 },
    ...more,
  };
  const student = { name: "SmallCnn" };
  const recipe = { data: { train: known }, student, teachers: [all], method: "KD", epochs: 1 };
  return runs.resolveRecipe(recipe as runs.Recipe).teachers;
}

test("a probe votes by logistic regression on the features, which is solved once", () =>
  inFolder(async (folder) => {
    const source = saved(folder);
    const places = { cache: `${folder}/teachers`, trainFirst: () => Promise.resolve() };
    const make = async (more: object = {}) =>
      (await buildTeachers(entry(source, more), "cpu", places))[0];
    const probes = () =>
      [...Deno.readDirSync(places.cache)].filter(({ name }) => name.startsWith("probe-")).length;

    using teacher = await make();
    assertEquals([teacher.kind, teacher.numClasses, teacher.featureDim], ["predictive", 10, 16]);
    assertEquals(teacher.classNames?.length, 10);
    using opener = new DataOpener();
    const images = await opener.labelled(known, "known");
    using model = models.load(source);
    using seen = await featuresOf(model, images);
    using probe = linearProbe(seen, { l2: 0.1, numClasses: 10 });
    assert(probe.accuracy(seen).overall > 0.5);
    torch.scope(() => {
      const pixels = (images as unknown as { images: torch.Tensor }).images.narrow(0, 0, 50);
      const { features, logits } = teacher.run(pixels);
      assertClose(features, seen.features.narrow(0, 0, 50), { rtol: 1e-4, atol: 1e-5 });
      assertClose(logits!, probe.forward(seen.features.narrow(0, 0, 50)), {
        rtol: 1e-3,
        atol: 1e-3,
      });
    });

    // The same one is found, and known by one fingerprint; another one is another.
    using again = await make({ name: "read again" });
    assertEquals(probes(), 1);
    const { name: _, ...spec } = teacher.spec() as Record<string, unknown>;
    const { name: __, ...same } = again.spec() as Record<string, unknown>;
    assertEquals(same, spec);
    using other = await make({ probe: { data: digits({ perClass: 20, seed: 2 }), l2: 0.1 } });
    assertEquals(probes(), 2);
    assert(JSON.stringify(other.spec()) !== JSON.stringify(teacher.spec()));
    using chosen = await make({ probe: { data: known } });
    assertEquals([probes(), chosen.numClasses], [3, 10]);

    await assertRejects(
      () => make({ kind: "descriptive" }),
      ArgumentError,
      'teachers[0].probe makes a teacher vote: give it the kind "predictive".',
    );
    const bare = digits({ take: 20 }, { unlabelled: true });
    await assertRejects(
      () => make({ probe: { data: bare } }),
      ArgumentError,
      "teachers[0].probe.data has no labels",
    );
  }));

test("a student learns from a probe like from any voter", () =>
  inFolder(async (folder) => {
    const recipe = {
      ...supervised({ name: "student", epochs: 1 }),
      teachers: entry(saved(folder)) as unknown as runs.Recipe["teachers"],
      method: "KD",
      store: { root: `${folder}/store` },
    };
    const options = { out: `${folder}/run`, cache: `${folder}/teachers`, progress: false };
    using done = await runs.run(recipe, options);
    const [probe] = done.result.models;
    assertEquals([probe.name, probe.kind], ["read", "predictive"]);
    assert(probe.accuracy!.overall > 0.4);
  }));

test("a model of one's own is given a probe too, by its run or its recipe, in the place of its head", () =>
  inFolder(async (folder) => {
    const own = supervised({ name: "own", epochs: 1 });
    const out = `${folder}/own`;
    (await runs.run(own, { out, progress: false }))[Symbol.dispose]();
    const probe = { data: known, l2: 0.1 };
    const teachers = runs.resolveRecipe({
      ...supervised(),
      teachers: [
        { run: out, name: "run", kind: "predictive", probe },
        { recipe: own, name: "recipe", kind: "predictive", probe },
        { run: out, name: "itself", kind: "predictive" },
      ],
      method: "KD",
    }).teachers;
    const made = await buildTeachers(teachers, "cpu", {
      cache: `${folder}/teachers`,
      trainFirst: async (recipe, out) =>
        (await runs.run(recipe as unknown as runs.Recipe, { out, progress: false, resume: true }))
          [Symbol.dispose](),
    });
    torch.scope(() => {
      const pixels = torch.rand([4, 1, 28, 28]).mul(255).to("uint8");
      const [run, recipe, itself] = made.map((teacher) => teacher.run(pixels));
      assertClose(run.features, itself.features);
      assertClose(run.logits!, recipe.logits!);
      assert(run.logits!.sub(itself.logits!).abs().max().item() > 0.01);
    });
    for (const teacher of made) {
      teacher.release();
      teacher.model?.dispose();
    }
  }));
