/** Lessons that look within the student, and at the teachers' patches. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { ArgumentError, ShapeError } from "../../src/base/errors.ts";
import * as data from "../../src/data/mod.ts";
import type * as distill from "../../src/distill/mod.ts";
import * as models from "../../src/models/mod.ts";
import { SMALL_MODELS } from "../../src/models/small/all.ts";
import * as nn from "../../src/nn/mod.ts";
import * as teachers from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";
import { classesOf, freeAll, methodOf, SmallNet } from "./nets.ts";

const images = (count: number): torch.Tensor => torch.randn([count, 1, 8, 8], { device });

/** Counts how it is looked at. */
class Counting extends models.SmallCnn {
  readonly passes: string[] = [];
  constructor() {
    super({ numClasses: 3, widths: [4, 6] });
    this.to(device);
  }
  override features(x: torch.Tensor): torch.Tensor {
    this.passes.push("features");
    return torch.scope(() => super.forwardStages(x).features);
  }
  override forwardStages(x: torch.Tensor): models.StagedFeatures {
    this.passes.push("stages");
    return super.forwardStages(x);
  }
}

test("a lesson that needs stages sees them beside features and logits, of one pass", () => {
  const student = new Counting();
  const twin = new models.SmallCnn({ numClasses: 3, widths: [4, 6] }).to(device);
  twin.loadStateDict(student.stateDict());
  let shapes: number[][] = [];
  const Own = methodOf(
    { images: "any", teachers: 0, stages: true },
    (seen, terms) => {
      const { student: { features, logits, stages } } = seen;
      shapes = stages.map(({ shape }) => shape);
      terms.add(
        "all",
        1,
        () =>
          stages.reduce((sum, map) => sum.add(map.pow(2).mean()), features.pow(2).mean())
            .add(logits.pow(2).mean()),
      );
    },
  );
  const method = new Own({ student, teachers: [] });
  const [known, others] = [images(2), images(3)];
  const labelled = new data.LabelledBatch(known, classesOf([0, 1]));
  const mixed = new data.MixedBatch(labelled, new data.UnlabelledBatch(others));
  const { loss } = method.step(mixed);
  assertEquals(student.passes, ["stages"]);
  assertEquals(shapes, [[5, 4, 8, 8], [5, 6, 4, 4]]);
  const { stages: [first, second], features } = twin.forwardStages(torch.cat([known, others]));
  const logits = twin.head.forward(features);
  const parts = [features, first, second, logits].map((part) => part.pow(2).mean());
  assertClose(loss, parts[0].add(parts[1]).add(parts[2]).add(parts[3]));
  loss.backward();
  for (const [name, { grad }] of student.namedParameters()) {
    assert(grad!.abs().sum().item() > 0, name);
  }
  freeAll(method, student, twin);
});

test("without the need a student is asked for its features, and there are no stages", () => {
  const student = new Counting();
  let count = -1;
  const Own = methodOf({ images: "any", teachers: 0 }, ({ student }, terms) => {
    count = student.stages.length;
    terms.add("size", 1, () => student.logits.pow(2).mean());
  });
  const method = new Own({ student, teachers: [] });
  method.step(new data.UnlabelledBatch(images(2)));
  assertEquals([student.passes, count], [["features"], 0]);
  // Whatever network it is.
  const flat = new SmallNet(64, 5, 3);
  const other = new Own({ student: flat, teachers: [] });
  assert(Number.isFinite(other.step(new data.UnlabelledBatch(images(2))).loss.item()));
  freeAll(method, student, other, flat);
});

test("a student without stages is refused, with the names of those that have them", () => {
  const Own = methodOf({ images: "any", teachers: 0, stages: true });
  const mlp = new models.Mlp({ inputs: 64, numClasses: 3 });
  const refused = assertThrows(() => new Own({ student: mlp, teachers: [] }), ArgumentError);
  assert(refused.message.includes("this Mlp has none"), refused.message);
  for (const [name, { build }] of Object.entries(SMALL_MODELS)) {
    const options = name === "Mlp" ? { inputs: 64, numClasses: 3 } : { numClasses: 3 };
    using student = build(options as never);
    const make = () => new Own({ student, teachers: [] }).dispose();
    assertEquals(refused.message.includes(`${name},`), name !== "Mlp", refused.message);
    if (name === "Mlp") assertThrows(make, ArgumentError);
    else make();
  }
  class Stageless extends models.SmallCnn {
    override readonly stageDims: number[] = [];
    override readonly stageReductions: number[] = [];
  }
  const none = new Stageless({ numClasses: 3 });
  assertThrows(
    () => new Own({ student: none, teachers: [] }),
    ArgumentError,
    "this Stageless has none",
  );
  freeAll(mlp, none);
});

test("stages that are not what the student declares are refused by shape", () => {
  class Wrong extends models.Backbone {
    override readonly head = new nn.Linear(4, 3);
    override readonly featureDim = 4;
    override readonly numClasses = 3;
    override readonly stageDims = [4, 6];
    override readonly stageReductions: number[] = [];
    give: (x: torch.Tensor) => torch.Tensor[] = () => [];
    override forwardStages(x: torch.Tensor): models.StagedFeatures {
      return { stages: this.give(x), features: x.mean([2, 3]).expand([-1, 4]) };
    }
  }
  const student = new Wrong().to(device);
  const Own = methodOf({ images: "any", teachers: 0, stages: true });
  const method = new Own({ student, teachers: [] });
  const map = (...shape: number[]) => torch.zeros(shape, { device });
  const step = () => method.step(new data.UnlabelledBatch(images(2)));
  const wrong = [
    () => [],
    () => [map(2, 4, 3, 3)],
    () => [map(2, 4, 3, 3), map(2, 5, 3, 3)],
    () => [map(2, 4, 3, 3), map(3, 6, 3, 3)],
    () => [map(2, 4, 3, 3), map(2, 6, 9)],
    () => [map(2, 4, 0, 3), map(2, 6, 3, 3)],
  ];
  for (const give of wrong) {
    student.give = give;
    assertThrows(step, ShapeError, "they must be [2, 4, H, W], [2, 6, H, W]");
  }
  student.give = () => [map(2, 4, 3, 5), map(2, 6, 1, 1)];
  assert(Number.isFinite(step().loss.item()));
  freeAll(method, student);
});

test("half-precision stages and patches are seen in float32", () => {
  const student = new models.SmallResNet({ numClasses: 3, widths: [4, 6] }).to(device);
  const master = new models.SmallCnn({ numClasses: 3, widths: [4, 5] }).to(device);
  const seen: string[] = [];
  const Own = methodOf(
    { images: "any", stages: true, patches: true },
    ({ student, opinions }, terms) => {
      seen.push(...student.stages.map(({ dtype }) => dtype));
      seen.push(opinions.of("cnn").patches!.dtype);
      const last = student.stages.at(-1)!;
      terms.add(
        "patches",
        1,
        () => last.mean(1).sub(opinions.of("cnn").patches!.mean(1)).pow(2).mean(),
      );
    },
  );
  const method = new Own({
    student,
    teachers: [teachers.descriptive({ name: "cnn", model: master })],
  });
  const batch = new data.UnlabelledBatch(images(3));
  const exact = method.step(batch).loss.item() as number;
  const half = torch.autocast(() => {
    const { loss } = method.step(batch);
    assert(student.forwardStages(batch.images).stages[0].dtype === "bfloat16");
    return loss;
  }, { device });
  assertEquals(new Set(seen), new Set(["float32"]));
  assertClose(half, exact, { rtol: 0.1, atol: 0.01 });
  half.backward();
  for (const [name, { grad }] of student.namedParameters()) {
    assert(name.startsWith("head") || grad !== null, name);
  }
  freeAll(method, student, master);
});

test("a lesson that needs patches sees those of the teachers that have them, on all images", () => {
  const student = new models.SmallCnn({ numClasses: 3, widths: [4] }).to(device);
  const master = new models.SmallCnn({ numClasses: 3, widths: [4, 5] }).to(device);
  const flat = new SmallNet(64, 5, 3);
  const list = [
    teachers.descriptive({ name: "cnn", model: master }),
    teachers.predictive({ name: "flat", model: flat }),
  ];
  let found: (torch.Tensor | undefined)[] = [];
  const lesson = ({ student, opinions }: distill.Seen, terms: distill.Terms) => {
    found = ["cnn", "flat"].map((name) => opinions.of(name).patches?.clone());
    found.forEach((part) => part && torch.keep(part));
    terms.add("size", 1, () => student.logits.pow(2).mean());
  };
  const [known, others] = [images(2), images(3)];
  const labelled = new data.LabelledBatch(known, classesOf([0, 1]));
  const mixed = new data.MixedBatch(labelled, new data.UnlabelledBatch(others));
  const asking = new (methodOf({ images: "any", patches: true }, lesson))({
    student,
    teachers: list,
  });
  asking.step(mixed);
  const expected = torch.noGrad(() => master.forwardStages(torch.cat([known, others])).stages[1]);
  assertClose(found[0]!, expected, { atol: 1e-5 });
  assertEquals(found[1], undefined);
  found[0]!.dispose();
  const silent = new (methodOf({ images: "any" }, lesson))({ student, teachers: list });
  silent.step(mixed);
  assertEquals(found, [undefined, undefined]);
  freeAll(asking, silent, student, master, flat);
});

test("what surveys the training images sees patches where the method asks for them", async () => {
  class Widths extends nn.Module implements distill.Surveys {
    surveyed = false;
    readonly widths: (number | undefined)[] = [];
    override forward(x: torch.Tensor): torch.Tensor {
      return x;
    }
    observe(opinions: teachers.Opinions): void {
      this.widths.push(opinions.of("cnn").patches?.size(1));
    }
    settle(): void {
      this.surveyed = true;
    }
  }
  const student = new models.SmallCnn({ numClasses: 3, widths: [4] });
  const master = new models.SmallCnn({ numClasses: 3, widths: [4, 5] });
  using set = new data.UnlabelledImages(torch.zeros([5, 1, 8, 8], { dtype: "uint8" }));
  const loader = new data.Loader(set, { batchSize: 2 });
  for (const patches of [true, undefined]) {
    class Own extends methodOf({ images: "any", patches }) {
      readonly widths = new Widths();
    }
    const method = new Own({
      student,
      teachers: [teachers.descriptive({ name: "cnn", model: master })],
    });
    await method.prepare(loader, { progress: false });
    const width = patches ? 5 : undefined;
    assertEquals(method.widths.widths, [width, width, width]);
    method.dispose();
  }
  freeAll(student, master);
});
