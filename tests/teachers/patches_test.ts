/** The last map of teachers, for those who teach patch by patch. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { ArgumentError, DTypeError, ShapeError } from "../../src/base/errors.ts";
import * as data from "../../src/data/mod.ts";
import * as models from "../../src/models/mod.ts";
import * as teachers from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { freeAll, storedOutputs } from "../distill/nets.ts";
import { assertClose, device, inFolder, test } from "../helpers.ts";
import { spoken } from "../spoken.ts";

const images = (count: number): torch.Tensor => torch.randn([count, 1, 8, 8], { device });

/** A network of convolutions, and one of tokens with a class token that is no patch. */
function networks(): models.Backbone[] {
  const made = [
    new models.SmallCnn({ numClasses: 3, widths: [4, 6] }),
    new models.VisionTransformer({
      ...{ numClasses: 3, imageSize: 8, inChannels: 1, patchSize: 2, dim: 6, depth: 5, heads: 2 },
    }),
  ];
  return made.map((model) => model.to(device).eval());
}

test("patches are the last stage of the teacher's model, beside the same features and logits", () => {
  const made = networks();
  const shapes = [[2, 6, 4, 4], [2, 6, 4, 4]];
  made.forEach((model, i) => {
    const x = images(2);
    const { stages, features } = torch.noGrad(() => model.forwardStages(x));
    const describing = teachers.descriptive({ name: "a", model });
    const voting = teachers.predictive({ name: "a", model, classes: [2, 0, 1] });
    for (const teacher of [describing, voting] as teachers.Teacher[]) {
      assertEquals(teacher.patchDim, 6);
      const plain = teacher.run(x);
      assert(!("patches" in plain) && !("patches" in teacher.see(x, { patches: false })));
      const said = teacher.run(x, { patches: true });
      assertEquals(said.patches!.shape, shapes[i]);
      assertEquals(said.patches!.toArray(), stages.at(-1)!.toArray());
      assert(!said.patches!.requiresGrad);
      assertEquals(said.features.toArray(), features.toArray());
      assertEquals(said.features.toArray(), plain.features.toArray());
      assertEquals(said.logits?.toArray(), plain.logits?.toArray());
    }
    const logits = torch.noGrad(() => model.forward(x));
    const places = torch.tensor([1, 2, 0], { dtype: "int64", device });
    assertClose(voting.run(x, { patches: true }).logits, logits.indexSelect(1, places));
  });
  // A plain network's features are the mean over its patches.
  const teacher = teachers.descriptive({ name: "cnn", model: made[0] });
  const { features, patches } = teacher.run(images(3), { patches: true });
  assertClose(patches!.mean([2, 3]), features);
  freeAll(...made);
});

test("a teacher without a map gives none, whoever asks", () => {
  const model = new models.Mlp({ inputs: 64, numClasses: 3, widths: [5] }).to(device);
  const teacher = teachers.predictive({ name: "flat", model });
  assertEquals(teacher.patchDim, null);
  const said = teacher.run(images(2), { patches: true });
  assertEquals(Object.keys(said).sort(), ["features", "logits"]);
  const shelf = new teachers.Shelf([teacher]);
  const batch = new data.UnlabelledBatch(images(2));
  assertEquals(shelf.ask(batch, shelf.teachers, { patches: true }).of("flat").patches, undefined);
  freeAll(model);
});

test("functions give the patches that they declare, and need not make them unless asked", () => {
  let made = 0;
  const map = (x: torch.Tensor) => (made++, x.expand(-1, 2, -1, -1));
  const describing = teachers.descriptive({
    name: "describing",
    featureDim: 64,
    patchDim: 2,
    features: (x, { patches }) =>
      patches ? { features: x.flatten(1), patches: map(x) } : x.flatten(1),
  });
  const voting = teachers.predictive({
    name: "voting",
    featureDim: 64,
    numClasses: 64,
    patchDim: 2,
    run: (x) => ({ features: x.flatten(1), logits: x.flatten(1), patches: map(x) }),
  });
  const x = images(3);
  for (const teacher of [describing, voting] as teachers.Teacher[]) {
    assert(!("patches" in teacher.run(x)));
    const { patches, features } = teacher.run(x, { patches: true });
    assertEquals([patches!.shape, features.shape], [[3, 2, 8, 8], [3, 64]]);
    assertClose(patches!, x.expand(3, 2, 8, 8));
  }
  assertEquals(made, 3);
  // Not declared: not given.
  const undeclared = teachers.descriptive({
    name: "undeclared",
    featureDim: 64,
    features: (x) => ({ features: x.flatten(1), patches: map(x) }),
  });
  assertEquals(Object.keys(undeclared.run(x, { patches: true })), ["features"]);
});

test("patches that are not as declared are refused by the teacher's name", () => {
  const x = images(3);
  const giving = (patches: unknown, patchDim = 2) =>
    teachers.descriptive({
      name: "odd",
      featureDim: 64,
      patchDim,
      features: (x) => ({ features: x.flatten(1), patches: patches as torch.Tensor }),
    });
  const wrong: [unknown, new () => Error, string][] = [
    [undefined, ArgumentError, 'The patches of teacher "odd" are not a tensor.'],
    [[1], ArgumentError, 'The patches of teacher "odd" are not a tensor.'],
    [x, ShapeError, "have shape [3, 1, 8, 8]; declared is [3, 2, H, W]."],
    [x.flatten(1), ShapeError, "have shape [3, 64]; declared is [3, 2, H, W]."],
    [
      torch.zeros([2, 2, 4, 4], { device }),
      ShapeError,
      "[2, 2, 4, 4]; declared is [3, 2, H, W].",
    ],
    [torch.zeros([3, 2, 0, 4], { device }), ShapeError, "[3, 2, 0, 4]"],
    [torch.zeros([3, 2, 4, 4], { dtype: "int64", device }), DTypeError, "are int64"],
  ];
  for (const [patches, type, message] of wrong) {
    const teacher = giving(patches);
    assertThrows(() => teacher.run(x, { patches: true }), type, message);
    assertEquals(teacher.run(x).features.shape, [3, 64]);
  }
  assertThrows(() => giving(x, 0), ArgumentError, 'patchDim of teacher "odd"');
});

test("teachers that are loaded have patches, in half precision and after a release too", () =>
  inFolder(async (folder) => {
    using student = new models.SmallVit({
      numClasses: 3,
      imageSize: 8,
      patchSize: 2,
      dim: 6,
      heads: 2,
    });
    const view = { size: [8, 8], mean: [0.5], std: [0.25] } as const;
    models.save(`${folder}/student.safetensors`, student, { view, classNames: ["a", "b", "c"] });
    using published = models.create("resnet20");
    torch.saveSafetensors(`${folder}/resnet20-c1fa5.safetensors`, published.stateDict());
    using pixels = torch.randint(0, 256, [3, 1, 8, 8]).to("uint8");
    for (const dtype of ["float32", "bfloat16"] as const) {
      using teacher = await teachers.load(`${folder}/student.safetensors`, {
        kind: "predictive",
        dtype,
        device,
      });
      assertEquals([teacher.patchDim, teacher.loaded], [6, false]);
      torch.scope(() => {
        student.to(device).eval();
        const seen = data.applyView(pixels.to(device), view);
        const { stages } = torch.noGrad(() => student.forwardStages(seen));
        const batch = new data.UnlabelledBatch(pixels.to(device));
        const shelf = new teachers.Shelf([teacher]);
        for (let round = 0; round < 2; round++) {
          assertEquals(teacher.run(batch.pixels, { patches: true }).patches!.dtype, dtype);
          const { patches } = shelf.ask(batch, [teacher], { patches: true }).of(teacher.name);
          assertEquals(patches!.dtype, "float32");
          const tolerance = dtype === "float32" ? 1e-5 : 0.05;
          assertClose(patches!, stages.at(-1)!, { rtol: tolerance, atol: tolerance });
          teacher.release();
        }
      });
    }
    using fromFile = await teachers.load(`${folder}/resnet20-c1fa5.safetensors`, { device });
    assertEquals(fromFile.patchDim, 64);
    torch.scope(() => {
      const { patches, features } = fromFile.run(
        torch.zeros([2, 3, 32, 32], { dtype: "uint8", device }),
        { patches: true },
      );
      assertEquals(patches!.shape, [2, 64, 8, 8]);
      assertClose(patches!.mean([2, 3]), features, { rtol: 1e-4, atol: 1e-5 });
    });
  }));

/** A teacher whose patches are its images, times a number; NaN from some call on. */
function mapper(name: string, factor: number, failsFrom = Infinity): teachers.Teacher {
  let calls = 0;
  return teachers.descriptive({
    name,
    featureDim: 64,
    patchDim: 1,
    features: (x) => ({
      features: x.flatten(1),
      patches: x.mul(++calls >= failsFrom ? NaN : factor),
    }),
  });
}

test("opinions on two batches are joined with their patches", () => {
  const [a, b] = [images(2), images(3)];
  const shelf = new teachers.Shelf([mapper("twice", 2), mapper("thrice", 3)]);
  const [first, second] = [a, b].map((pixels) =>
    shelf.ask(new data.UnlabelledBatch(pixels), shelf.teachers, { patches: true })
  );
  const both = teachers.Opinions.join(first, second);
  assertClose(both.of("twice").patches!, torch.cat([a, b]).mul(2));
  assertClose(both.of("thrice").patches!, torch.cat([a, b]).mul(3));
  const without = shelf.ask(new data.UnlabelledBatch(b));
  assertEquals(teachers.Opinions.join(first, without).of("twice").patches, undefined);
});

test("a teacher whose patches hold NaN is left out if that is chosen, only where they are asked for", async () => {
  const shelf = new teachers.Shelf([mapper("fine", 1), mapper("spoilt", 1, 2)], {
    onFailure: "leaveOut",
  });
  const batch = new data.UnlabelledBatch(images(2));
  const said = await spoken(() => {
    for (let i = 0; i < 2; i++) {
      assertEquals(shelf.ask(batch).names, ["fine", "spoilt"]);
    }
    assertEquals(shelf.ask(batch, shelf.teachers, { patches: true }).names, ["fine"]);
  });
  assertEquals([...shelf.leftOut], [["spoilt", "its patches hold NaN or infinities"]]);
  assert(said.includes("its patches hold NaN"), said);
});

test("stored patches are read; where none are stored the teacher is asked itself", () => {
  const x = images(4);
  const source: data.PixelSource = {
    images: 4,
    views: 1,
    pixelsOf: () => {
      throw new Error("made anew");
    },
    pixelSpec: () => Promise.resolve(null),
  };
  const indices = torch.tensor([0, 1, 2, 3], { dtype: "int64" });
  const batch = new data.UnlabelledBatch(x, indices, { source, variant: 0 });
  let asked = 0;
  const teacher = teachers.descriptive({
    name: "a",
    featureDim: 64,
    patchDim: 1,
    features: (x) => (asked++, { features: x.flatten(1), patches: x }),
  });
  const shelf = new teachers.Shelf([teacher]);
  const kept = { features: x.flatten(1).add(1) };
  shelf.use(source, new Map([["a", storedOutputs(kept)]]));
  assertClose(shelf.ask(batch).of("a").features, kept.features);
  assertEquals(asked, 0);
  // All of it is from one pass, not half of it stored.
  const live = shelf.ask(batch, shelf.teachers, { patches: true }).of("a");
  assertClose(live.patches!, x);
  assertClose(live.features, x.flatten(1));
  assertEquals(asked, 1);
  // With stored ones the teacher is silent; who asks for none is given none.
  const wanted: (boolean | undefined)[] = [];
  const rows = (_: number, __: Int32Array, asked?: teachers.AskOptions) => {
    wanted.push(asked?.patches);
    return { ...kept, patches: x.add(2).to("float16") };
  };
  shelf.use(source, new Map([["a", { hasPatches: true, rows }]]));
  const read = shelf.ask(batch, shelf.teachers, { patches: true }).of("a");
  assertClose(read.patches!, x.add(2), { atol: 0.01 });
  assertEquals(read.patches!.dtype, "float32");
  assertClose(read.features, kept.features);
  assertEquals(shelf.ask(batch).of("a").patches, undefined);
  assertEquals([asked, wanted], [1, [true, false]]);
});
