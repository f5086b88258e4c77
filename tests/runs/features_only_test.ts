import { assert, assertEquals, assertRejects } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import { evaluate, featureQuality, predict } from "../../src/evaluation/mod.ts";
import * as data from "../../src/data/mod.ts";
import * as models from "../../src/models/mod.ts";
import * as runs from "../../src/runs/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { inFolder, test } from "../helpers.ts";
import { digits, distilled, supervised } from "./small_recipes.ts";

const quiet = (folder: string, name: string): runs.RunOptions => (
  { out: `${folder}/${name}`, cache: `${folder}/cache`, progress: false }
);

const net = { name: "resnet20", inChannels: 1 };

/** A student of features alone, as `distill` leaves it. */
const features = () =>
  distilled({
    name: "features",
    student: { ...net, numClasses: 0 },
    teachers: [{ name: "cnn", recipe: supervised({ name: "cnn" }) }],
    method: { name: "UNIFORM", alpha1: 0, alpha2: 0 },
  });

test("what a student of features learned is begun with, and its head anew", () =>
  inFolder(async (folder) => {
    using first = await runs.run(features(), quiet(folder, "first"));
    assertEquals([first.evaluation, first.student.numClasses], [null, 0]);
    // With a learning rate of next to nothing weights stay what they were.
    const still = { optimizer: { name: "SGD", lr: 1e-30 } };
    const student = { ...net, weights: first.folder };
    using next = await runs.run(
      supervised({ name: "next", ...still, student }),
      quiet(folder, "next"),
    );
    assertEquals([next.student.numClasses, next.student.classNames?.length], [10, 10]);
    assertEquals(next.student.view, first.student.view);
    const [before, after] = [first.student, next.student].map((model) =>
      Object.fromEntries(model.namedParameters())
    );
    for (const name in before) {
      assert(torch.scope(() => before[name].equal(after[name])), name);
    }
    assert(Object.keys(after).length > Object.keys(before).length);

    // Two digits by names of their own: not the first two of ten.
    const two = digits({ classes: [3, 8], relabel: true, name: "two" });
    using other = await runs.run(
      supervised({
        name: "other",
        data: { train: two, test: two },
        epochs: 1,
        student: { ...student, weights: next.folder },
      }),
      quiet(folder, "other"),
    );
    assertEquals(other.student.classNames?.length, 2);
  }));

test("a model without classes is not asked for them", () =>
  inFolder(async (folder) => {
    using model = models.create("resnet20", { inChannels: 1, numClasses: 0 });
    model.view = { size: [28, 28], ...data.MNIST_STATISTICS };
    using images = await data.mnist("test");
    using few = images.take(20);
    await assertRejects(() => evaluate(model, few), ArgumentError, "only features");
    using image = torch.zeros([1, 28, 28]);
    await assertRejects(() => predict(model, image), ArgumentError, "only features");
    await assertRejects(
      () => runs.compare([features()], { out: folder, progress: false }),
      ArgumentError,
      "features only",
    );
  }));

test("a probe is found where there are fewer images than features", async () => {
  using model = models.create("resnet20", { inChannels: 1, numClasses: 0 });
  using images = await data.mnist("test");
  using known = images.take(12);
  const { knn, probe } = await featureQuality(model, { known, test: known, probe: { l2: 1e-6 } });
  assert(knn! >= 0 && probe! > 0.9, `${probe}`);
});
