/** Teachers that know parts of the label space. */

import { assert, assertEquals, assertNotEquals, assertRejects, assertThrows } from "@std/assert";
import { ArgumentError, TrainingError } from "../../src/base/errors.ts";
import * as data from "../../src/data/mod.ts";
import * as models from "../../src/models/mod.ts";
import * as teachers from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { images, SmallNet } from "../distill/nets.ts";
import { assertClose, device, inFolder, test } from "../helpers.ts";
import { spoken } from "../spoken.ts";
import { Numbers, pixelsOf } from "./store/stores.ts";

const space = ["bag", "boot", "coat", "shirt"];
const gone = -Infinity;

/** A teacher that says the same logits of every image. */
function saying(
  logits: number[],
  more: Partial<teachers.PredictiveFromFunction> = {},
): teachers.PredictiveTeacher {
  return teachers.predictive({
    name: "shop",
    featureDim: 1,
    numClasses: logits.length,
    run: (x) => ({
      features: x.flatten(1).narrow(1, 0, 1),
      logits: torch.tensor([logits], { device }).expand([x.shape[0], logits.length]),
    }),
    ...more,
  });
}

function refuse(body: () => unknown, ...parts: string[]): void {
  const { message } = assertThrows(body, ArgumentError);
  for (const part of parts) assert(message.includes(part), `"${part}" is not in: ${message}`);
}

test("a teacher's classes are some of the student's, by number", () => {
  const teacher = saying([5, 6, 7], { classes: [3, null, 1], labelSpace: 4 });
  assertEquals(teacher.numClasses, 4);
  assertEquals(teacher.labelMap!.known, [1, 3]);
  assertEquals(teacher.classNames, null);
  assertEquals(teacher.run(images(2)).logits.toArray(), [[gone, 7, gone, 5], [gone, 7, gone, 5]]);
  // Names of the label space are the student's.
  const named = saying([5, 6, 7], { classes: [3, null, 1], labelSpace: space });
  assertEquals(named.classNames, space);
});

test("a teacher's classes are some of the student's, by name", () => {
  const known = { classNames: ["shirt", "boot"], labelSpace: space };
  assertEquals(saying([5, 6], known).run(images(1)).logits.toArray(), [[gone, 6, gone, 5]]);
  const said = saying([5, 6, 7], { classes: ["coat", null, "bag"], labelSpace: space });
  assertEquals(said.run(images(1)).logits.toArray(), [[7, gone, 5, gone]]);
  assertEquals(said.classNames, space);
  const renamed = saying([5, 6, 7], {
    classNames: ["T-shirt", "boot", "hat"],
    labelSpace: space,
    renameClasses: { "T-shirt": "shirt", "hat": null },
  });
  assertEquals(renamed.run(images(1)).logits.toArray(), [[gone, 6, gone, 5]]);
  const few = saying([5, 6, 7], {
    classNames: ["a", "boot", "c"],
    labelSpace: space,
    otherClasses: "drop",
  });
  assertEquals(few.run(images(1)).logits.toArray(), [[gone, 6, gone, gone]]);
});

test("a teacher of all classes in their order has no map, in another order a whole one", () => {
  const names = { classNames: space, labelSpace: space };
  assertEquals(saying([1, 2, 3, 4], names).labelMap, null);
  assertEquals(saying([1, 2, 3, 4], { labelSpace: 4 }).labelMap, null);
  assertEquals(saying([1, 2, 3, 4], { labelSpace: space }).labelMap, null);
  assertEquals(saying([1, 2, 3, 4], { classes: [0, 1, 2, 3] }).labelMap, null);
  const turned = saying([1, 2, 3, 4], { ...names, classNames: [...space].reverse() });
  assert(turned.labelMap!.isWhole);
  assertEquals(turned.run(images(1)).logits.toArray(), [[4, 3, 2, 1]]);
  const numbered = saying([1, 2, 3, 4], {
    classes: [3, 2, 1, 0],
    classNames: ["d", "c", "b", "a"],
  });
  assertEquals(numbered.classNames, ["a", "b", "c", "d"]);
});

test("classes that cannot be told are refused, with the teacher's name", () => {
  const names = { classNames: ["shirt", "hat"], labelSpace: space };
  refuse(() => saying([1, 2], names), 'Teacher "shop"', '"hat"', "1 of its 2");
  refuse(
    () => saying([1, 2], { labelSpace: space }),
    '"shop"',
    "2 classes without names",
    "classes",
  );
  refuse(() => saying([1, 2], { labelSpace: 4 }), "the student 4", "number");
  refuse(() => saying([1, 2], { classes: ["bag", "boot"] }), "labelSpace");
  refuse(() => saying([1, 2], { classes: ["bag", 1] as never, labelSpace: space }), "numbers");
  refuse(() => saying([1, 2], { classes: ["bag"], labelSpace: space }), "2 classes", "[bag]");
  refuse(() => saying([1, 2], { renameClasses: { a: null } }), "labelSpace");
  refuse(() => saying([1, 2], { classes: [0, 4], labelSpace: space }), "class 4", "0 to 3");
  refuse(() => saying([1, 2], { ...names, classNames: ["shirt"] }), "2 classes", "1 name");
});

test("a saved model finds its classes among the student's", () =>
  inFolder(async (folder) => {
    using student = new models.SmallCnn({ numClasses: 2, widths: [2, 3] });
    const view = { size: [8, 8], mean: [0.5], std: [0.25] } as const;
    models.save(`${folder}/student.safetensors`, student, { view, classNames: ["shirt", "boot"] });
    using teacher = await teachers.load(folder, { kind: "predictive", labelSpace: space });
    assertEquals(teacher.labelMap!.known, [1, 3]);
    assertEquals(teacher.numClasses, 4);
    using pixels = torch.randint(0, 256, [3, 1, 8, 8]).to("uint8");
    torch.scope(() => {
      const { logits } = teacher.run(pixels);
      student.eval();
      const own = torch.noGrad(() => student.forward(data.applyView(pixels, view)));
      assertEquals(logits.select(1, 3).toArray(), own.select(1, 0).toArray());
      assertEquals(logits.select(1, 0).toArray(), [gone, gone, gone]);
    });
    const error = await assertRejects(
      () => teachers.load(folder, { kind: "predictive", labelSpace: ["bag", "shirt"] }),
      ArgumentError,
    );
    assert(error.message.includes('"boot"'));
  }));

test("opinions tell what a teacher knows, also those of two batches together", () => {
  const shelf = new teachers.Shelf([
    saying([1, 2], { name: "part", classes: [1, 3], labelSpace: 4 }),
    saying([1, 2, 3, 4], { name: "whole" }),
    saying([1, 2, 3, 4], { name: "turned", classes: [3, 2, 1, 0] }),
    teachers.descriptive({ name: "pixels", features: (x) => x.flatten(1), featureDim: 6 }),
  ]);
  const ask = () => shelf.ask(new data.UnlabelledBatch(torch.rand([2, 1, 2, 3], { device })));
  for (const opinions of [ask(), teachers.Opinions.join(ask(), ask())]) {
    assertEquals(shelf.names.map((name) => opinions.known(name)), [[1, 3], null, null, null]);
  }
});

test("infinities where a teacher knows no class are no failure, others are", async () => {
  const classes = { classes: [1, 3], labelSpace: 4 };
  const shelf = new teachers.Shelf([
    saying([1, 2], { name: "fine", ...classes }),
    saying([NaN, 2], { name: "nan", ...classes }),
    saying([1, Infinity], { name: "much", ...classes }),
    saying([1, gone], { name: "little", ...classes }),
  ], { onFailure: "leaveOut" });
  const said = await spoken(() =>
    torch.scope(() => {
      const batch = new data.UnlabelledBatch(torch.rand([2, 1, 2, 3], { device }));
      assertEquals(shelf.ask(batch).names, ["fine"]);
    })
  );
  assertEquals([...shelf.leftOut.keys()], ["nan", "much", "little"]);
  assert(said.includes('"nan"'));
});

for (const dtype of ["float16", "float32"] as const) {
  test(`what a teacher does not know is stored and read as such, in ${dtype}`, () =>
    inFolder(async (root) => {
      const teacher = saying([1, 2], { classes: [1, 3], labelSpace: 4 });
      const pixels = new Numbers(20);
      const store = new teachers.Store({ root });
      await teachers.fill(store, { teachers: [teacher], pixels, dtype, shardImages: 8 });
      const entries = await teachers.findEntries(store, [teacher], pixels, { dtype });
      using entry = entries.get("shop")!;
      await teachers.checkEntry(entry, teacher, pixels);
      torch.scope(() => {
        const places = Int32Array.of(3, 17);
        const { logits } = entry.rows(0, places);
        assertEquals(logits!.toArray(), [[gone, 1, gone, 2], [gone, 1, gone, 2]]);
        assertEquals(logits!.toArray(), teacher.run(pixelsOf(places, 0)).logits.toArray());
      });
      // Another map is another entry; a teacher of another opinion is found out.
      const turned = saying([2, 1], { classes: [3, 1], labelSpace: 4 });
      assertNotEquals(turned.spec(), teacher.spec());
      assertEquals((await teachers.findEntries(store, [turned], pixels, { dtype })).size, 0);
      const other = saying([1, 9], { classes: [1, 3], labelSpace: 4 });
      await assertRejects(() => teachers.checkEntry(entry, other, pixels));
      const broken = saying([1, NaN], { name: "broken", classes: [1, 3], labelSpace: 4 });
      await assertRejects(
        () => teachers.fill(store, { teachers: [broken], pixels, dtype }),
        TrainingError,
        "not finite",
      );
    }));
}

test("what a partial function says is part of its description", async () => {
  const teacher = saying([1, 2], { classes: [1, 3], labelSpace: 4 });
  const pixels = torch.keep(torch.ones([2, 1, 2, 3]));
  const shelf = new teachers.Shelf([teacher]);
  const spec = await shelf.spec({ batch: () => ({ pixels }) });
  assert(JSON.stringify(spec).includes('"says"'), JSON.stringify(spec));
  pixels.dispose();
});

test("an ensemble of partial teachers gives each class the mean of those who know it, or 0", () => {
  const both = teachers.ensemble([
    saying([0, 0], { name: "a", classes: [0, 1], labelSpace: 4 }),
    saying([0, 0], { name: "b", classes: [1, 2], labelSpace: 4 }),
  ]);
  assertClose(both.probabilities(images(1)), [[0.25, 0.5, 0.25, 0]]);
});

test("a card says how many of the student's classes a teacher knows", () => {
  const teacher = saying([1, 2], { classes: [1, 3], labelSpace: 4 });
  const card = teachers.teacherCard(teacher, { images: images(1), rounds: 1 });
  assertEquals([card.numClasses, card.knownClasses], [4, 2]);
  assert(teachers.describeCard(card).includes("2 of the student's 4"));
  const model = new SmallNet(6, 2, 4);
  const whole = teachers.predictive({ name: "whole", model });
  assertEquals(
    teachers.teacherCard(whole, { images: images(1), rounds: 1 }).knownClasses,
    undefined,
  );
  model.dispose();
});
