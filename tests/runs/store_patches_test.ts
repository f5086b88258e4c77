/** Recipes whose store keeps teachers' patches. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { ArgumentError } from "../../src/base/errors.ts";
import * as distill from "../../src/distill/mod.ts";
import { checkPlainPatches, fillStore, openRun, useStore } from "../../src/runs/open_run.ts";
import * as runs from "../../src/runs/mod.ts";
import * as teachers from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, inFolder, test } from "../helpers.ts";
import { distilled, supervised } from "./small_recipes.ts";

/** Asks for patches. */
class Patchwise extends distill.Method {
  static override readonly needs: distill.Needs = { images: "any", patches: true };
  protected override lesson({ student }: distill.Seen, terms: distill.Terms): void {
    terms.add("size", 1, () => student.logits.pow(2).mean());
  }
}

const places = (folder: string) => ({
  cache: `${folder}/cache`,
  trainFirst: async (recipe: unknown, out: string) => {
    (await runs.run(recipe as runs.Recipe, { out, progress: false, resume: true }))
      [Symbol.dispose]();
  },
});

test("patches are stored where a recipe says so, of images as they are too, and read by the shelf", () =>
  inFolder(async (folder) => {
    for (const plain of [false, true]) {
      const root = `${folder}/${plain}`;
      const recipe = runs.resolveRecipe(distilled({
        augment: plain ? [{ name: "randomCrop", padding: 2 }] : [],
        store: { patches: true, plain, dtype: "float32", root },
      }));
      using opened = await openRun(recipe, places(folder));
      await fillStore(recipe, opened, { progress: false });
      assertEquals(new teachers.Store({ root }).list().length, 1);
      using _held = await useStore(recipe, opened);
      const { shelf, learned } = opened;
      const [teacher] = shelf.teachers;
      assertEquals(teacher.patchDim, 8);
      using seen = await learned.sources[0].seen.batch(0, 0);
      torch.scope(() => {
        const asked = { patches: true };
        const { patches, logits } = shelf.ask(seen as never, [teacher], asked).of(teacher.name);
        assertEquals(patches!.shape.slice(1), [8, 14, 14]);
        const live = teacher.see(seen.view(teacher.view), asked);
        // What was said of the plain image is said of the augmented one.
        const far = patches!.sub(live.patches!).abs().max().item() as number;
        assertEquals(far < 1e-4, !plain, `${far}`);
        if (!plain) assertClose(logits!, live.logits!, { rtol: 1e-4, atol: 1e-5 });
      });
    }
  }));

test("patches of augmented images are not taken for those of images as they are", () =>
  inFolder(async (folder) => {
    const recipe = (store: runs.StoreRecipe | null) => runs.resolveRecipe(distilled({ store }));
    using opened = await openRun(recipe(null), places(folder));
    const { shelf } = opened;
    using run = await runs.run(supervised(), { out: `${folder}/student`, progress: false });
    const { student } = run;
    const method = new Patchwise({ student, teachers: shelf });
    const { message } = assertThrows(
      () => checkPlainPatches(recipe({ plain: true }), method, shelf),
      ArgumentError,
    );
    assert(message.startsWith("Patchwise asks for patches") && message.includes("store.patches"));
    for (const store of [null, {}, { patches: true }, { plain: true, patches: true }]) {
      checkPlainPatches(recipe(store), method, shelf);
    }
    const silent = new distill.KD({ student, teachers: shelf });
    checkPlainPatches(recipe({ plain: true }), silent as unknown as distill.Method, shelf);
    const flat = new teachers.Shelf([
      teachers.descriptive({ name: "flat", featureDim: 784, features: (x) => x.flatten(1) }),
    ]);
    checkPlainPatches(recipe({ plain: true }), method, flat);
    silent.dispose();
    method.dispose();
  }));
