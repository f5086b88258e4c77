import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import * as data from "../../src/data/mod.ts";
import * as models from "../../src/models/mod.ts";
import { evaluateStudent, resolveRecipe, run } from "../../src/runs/mod.ts";
import { recipeFingerprint } from "../../src/runs/fingerprint.ts";
import { lookAtFeatures } from "../../src/runs/look_at_features.ts";
import * as torch from "../../src/torch/mod.ts";
import { inFolder, test } from "../helpers.ts";
import { digits, distilled, quiet, supervised } from "./small_recipes.ts";

const parts = [300, 60, 40];

/** Test images of two names that have the same classes. */
const twoDomains = {
  concatenate: [
    digits({ split: parts, part: 1 }, { classes: [...Array(10).keys()], name: "plain" }),
    digits({ split: parts, part: 2 }, { classes: [...Array(10).keys()], name: "other" }),
  ],
};

test("a run's report shows how sure the student is, its features, and who has the same ones", async () => {
  await inFolder(async (folder) => {
    using done = await run(distilled({ epochs: 1 }), quiet(folder));
    const page = await Deno.readTextFile(`${done.folder}/report.html`);
    for (
      const text of [
        "Accuracy on each class",
        "How often it is right, beside how sure it is",
        "Expected calibration error",
        "Features by class (t-SNE)",
        "All 200 test images",
        "of the same class for",
        "CKA of student&#39;s and teachers&#39; features",
      ]
    ) assertStringIncludes(page, text);
    assert(!page.includes("Features by data set"), "there is one only");
    const { names, values, images } = done.result.similarity!;
    assertEquals([names, images], [["student", "cnn"], 200]);
    assertEquals(values[0][1], values[1][0]);
    assert(values[0][1]! > 0 && values[0][1]! < 1.05, `${values}`);
    const { calibration, overall, loss } = done.evaluation!;
    assertEquals([calibration.count, calibration.accuracy], [200, overall]);
    assert(Math.abs(calibration.nll - loss) < 1e-5);
  });
});

test("pictures can be left out, of which no number and no fingerprint depends", async () => {
  await inFolder(async (folder) => {
    const plain = distilled({ epochs: 1, evaluation: { embedding: null, teachers: false } });
    using without = await run(plain, quiet(folder, "without"));
    const page = await Deno.readTextFile(`${without.folder}/report.html`);
    assert(!page.includes("Features by class") && !page.includes("CKA"), "nobody looked");
    assertEquals(without.result.similarity, null);
    using withThem = await run(
      distilled({ epochs: 1, evaluation: { embedding: "pca", similarity: true, teachers: false } }),
      quiet(folder, "with"),
    );
    assertEquals(withThem.result.test, without.result.test);
    assertEquals(withThem.result.similarity!.names, ["student", "cnn"]);
    assertEquals(withThem.result.fingerprint, without.result.fingerprint);
  });
  const of = (embedding: "tsne" | "umap" | null) =>
    recipeFingerprint(
      resolveRecipe(supervised({ evaluation: { embedding, similarity: embedding === null } })),
    );
  assertEquals(new Set([of("tsne"), of("umap"), of(null)]).size, 1);
});

test("data sets of the same classes that are put behind each other are told apart", async () => {
  await inFolder(async (folder) => {
    const { data } = supervised();
    const recipe = supervised({
      epochs: 1,
      data: { ...data, test: twoDomains, validation: twoDomains },
      evaluation: { embedding: "umap" },
    });
    using done = await run(recipe, quiet(folder));
    const { domains, byDataset, meanByDataset, overall, count } = done.evaluation!;
    const { plain, other } = domains!.byDomain;
    assertEquals([plain.count, other.count, count], [60, 40, 100]);
    assert(Math.abs((60 * plain.overall + 40 * other.overall) / 100 - overall) < 1e-12);
    assertEquals(byDataset, { plain: plain.overall, other: other.overall });
    assertEquals(meanByDataset, (plain.overall + other.overall) / 2);
    const last = done.metrics.findLast(({ event }) => event === "epoch")!;
    assertEquals([last["accuracy plain"], last["accuracy other"]], [plain.overall, other.overall]);
    const page = await Deno.readTextFile(`${done.folder}/report.html`);
    const again = await evaluateStudent(done.folder);
    if (!("accuracy" in again)) throw new Error("a classifier has an accuracy");
    assertEquals(again.accuracy.domains, domains);
    assertStringIncludes(again.table.note!, "expected calibration error");
    for (
      const text of ["Features by data set (UMAP)", "mean by data set", "of the same data set"]
    ) {
      assertStringIncludes(page, text);
    }
  });
});

test("what fails while features are looked at is a reason in words, and what is stopped stops", async () => {
  using images = torch.scope(() =>
    new data.ImageDataset({
      images: torch.zeros([6, 1, 8, 8], { dtype: "uint8" }),
      labels: [0, 1, 0, 1, 0, 1],
      classNames: ["a", "b"],
    })
  );
  using student = new models.SmallCnn({ numClasses: 2, widths: [4] });
  torch.noGrad(() => torch.scope(() => student.parameters()[0].fill_(NaN)));
  const recipe = resolveRecipe(supervised());
  const { picture, similarity } = await lookAtFeatures(recipe, student, [], images, undefined);
  assert(typeof picture === "string" && picture.includes("NaN"), `${picture}`);
  assertEquals(similarity, null);
  const stop = AbortSignal.abort(new RangeError("enough"));
  const stopped = await lookAtFeatures(recipe, student, [], images, stop).catch((error) => error);
  assert(stopped instanceof RangeError);
  using few = images.take(3);
  assertEquals((await lookAtFeatures(recipe, student, [], few, undefined)).picture, null);
  assertEquals((await lookAtFeatures(recipe, student, [], null, undefined)).picture, null);
});
