import { assert, assertEquals, assertThrows } from "@std/assert";
import { ArgumentError, DTypeError, ShapeError } from "../../src/base/errors.ts";
import { applyView, UnlabelledBatch } from "../../src/data/mod.ts";
import * as models from "../../src/models/mod.ts";
import * as nn from "../../src/nn/mod.ts";
import * as teachers from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";
import { freeAll, images, SmallNet, threeTeachers } from "../distill/nets.ts";

/** A classifier whose training mode shows: it drops features. */
class Dropping extends SmallNet {
  readonly drop = new nn.Dropout(0.5);

  override features(x: torch.Tensor): torch.Tensor {
    return this.drop.forward(super.features(x));
  }
}

test("a predictive teacher gives its model's features and logits, without gradients", () => {
  const model = new SmallNet(6, 5, 3);
  const teacher = teachers.predictive({ name: "a", model });
  assertEquals([teacher.kind, teacher.featureDim, teacher.numClasses], ["predictive", 5, 3]);
  const x = images(4).requiresGrad_();
  const { features, logits } = teacher.run(x);
  assertClose(features, model.features(x));
  assertClose(logits, model.forward(x));
  assert(!features.requiresGrad && !logits.requiresGrad);
  assertEquals(model.parameters().map((p) => p.requiresGrad), [false, false, false, false]);
  freeAll(model);
});

test("what a teacher says can be saved for other gradients", () => {
  const model = new SmallNet(6, 5, 3);
  const teacher = teachers.predictive({ name: "a", model });
  const weight = torch.randn([2, 5], { device, requiresGrad: true });
  torch.linear(teacher.run(images(4)).features, weight).sum().backward();
  assert(weight.grad!.abs().sum().item() > 0);
  freeAll(model);
});

test("a teacher is in evaluation mode, even if somebody called train()", () => {
  const model = new Dropping(6, 5, 3);
  const teacher = teachers.predictive({ name: "a", model });
  const x = images(4);
  const first = teacher.run(x).logits;
  model.train();
  assertEquals(teacher.run(x).logits.toArray(), first.toArray());
  freeAll(model);
});

test("a descriptive teacher gives features only, of a model or a function", () => {
  const model = new SmallNet(6, 5, 3);
  const x = images(4);
  const output: teachers.TeacherOutput = teachers.descriptive({ name: "a", model }).run(x);
  assertClose(output.features, model.features(x));
  assertEquals(output.logits, undefined);
  const flat = teachers.descriptive({ name: "b", features: (i) => i.flatten(1), featureDim: 6 });
  assertEquals(flat.run(x).features.toArray(), x.flatten(1).toArray());
  freeAll(model);
});

test("a teacher may look at the images in its own way", () => {
  const teacher = teachers.descriptive({
    name: "doubled",
    preprocess: (x) => x.mul(2),
    features: (x) => x.flatten(1),
    featureDim: 6,
  });
  const x = images(2);
  assertClose(teacher.run(x).features, x.mul(2).flatten(1));
});

test("a teacher of a model that has a view looks through it, unless it is given another", () => {
  const model = new models.SmallCnn({ numClasses: 3, widths: [4, 5] });
  model.to(device);
  const view = { size: [6, 6], mean: [0.4], std: [0.2] } as const;
  model.view = view;
  const pixels = torch.randint(0, 256, [2, 1, 9, 9], { device }).to("uint8");
  const seen = applyView(pixels, view);
  const voting = teachers.predictive({ name: "a", model });
  const telling = teachers.descriptive({ name: "b", model });
  assertEquals([voting.view, telling.view], [view, view]);
  assertClose(voting.run(pixels).logits, model.forward(seen));
  for (const teacher of [voting, telling]) {
    assertClose(teacher.run(pixels).features, model.features(seen));
    // Bytes are rounded where they are resized, as Pillow does.
    const values = pixels.float().div(255);
    assertClose(teacher.run(values).features, model.features(applyView(values, view)));
    assertClose(teacher.run(values).features, model.features(seen), { atol: 0.02 });
  }
  const other = { size: [8, 8], mean: [0], std: [1] } as const;
  const given = teachers.descriptive({ name: "c", model, view: other });
  assertEquals(given.view, other);
  assertClose(given.run(pixels).features, model.features(applyView(pixels, other)));
  // Its function sees what the view rendered.
  const doubled = teachers.descriptive({ name: "d", model, preprocess: (x) => x.mul(2) });
  assertClose(doubled.run(pixels).features, model.features(seen.mul(2)));
  assertThrows(
    () => voting.run(seen.mul(4)),
    ArgumentError,
    "normalized already",
  );
  assertThrows(
    () => teachers.descriptive({ name: "e", model, view: { ...view, std: [0] } }),
    ArgumentError,
    "std",
  );
  assertThrows(
    () => teachers.descriptive({ name: "f", model, preprocess: view as never }),
    ArgumentError,
    "are its view",
  );
  freeAll(model);
});

test("a shelf renders equal views of a batch once, for all of its teachers", () => {
  const model = new models.SmallCnn({ numClasses: 3, widths: [4, 5] });
  model.to(device);
  const view = { size: [6, 6], mean: [0.4], std: [0.2] } as const;
  const shown: torch.Tensor[] = [];
  const features = (images: torch.Tensor) => {
    shown.push(images);
    return images.flatten(1);
  };
  const shelf = new teachers.Shelf([
    teachers.descriptive({ name: "a", features, featureDim: 36, view }),
    teachers.descriptive({
      name: "b",
      features,
      featureDim: 36,
      view: { ...view, cropFraction: 0.9 },
    }),
    teachers.descriptive({ name: "c", features, featureDim: 36, view: { ...view, mean: [0.5] } }),
    teachers.predictive({ name: "d", model, view }),
  ]);
  const pixels = torch.randint(0, 256, [2, 1, 9, 9], { device }).to("uint8");
  const batch = new UnlabelledBatch(pixels);
  const opinions = shelf.ask(batch);
  assert(shown[0] === shown[1] && shown[0] !== shown[2]);
  assert(shown[0] === batch.view(view));
  assertEquals([opinions.names, opinions.voters], [["a", "b", "c", "d"], ["d"]]);
  for (const teacher of shelf.teachers) {
    const { features, logits } = opinions.of(teacher.name);
    const alone: teachers.TeacherOutput = teacher.run(pixels);
    assertEquals(features.toArray(), alone.features.toArray());
    assertEquals(logits?.toArray(), alone.logits?.toArray());
  }
  freeAll(model);
});

test("a teacher's classes are put in the student's order", () => {
  const run = (x: torch.Tensor) => ({
    features: x.flatten(1),
    logits: torch.tensor([[10, 20, 30]], { device }),
  });
  const options = { name: "a", run, featureDim: 6, numClasses: 3 };
  const teacher = teachers.predictive({ ...options, classes: [2, 0, 1] });
  // Its class 0 is the student's 2, its 1 the student's 0, its 2 the student's 1.
  assertEquals(teacher.run(images(1)).logits.toArray(), [[20, 30, 10]]);
  for (const classes of [[0, 1], [0, 1, 1], [0, 1, 3], [0, 1, -1], [0, 1, 2, 3], [0, 1, 1.5]]) {
    const { message } = assertThrows(
      () => teachers.predictive({ ...options, classes }),
      ArgumentError,
    );
    assert(message.includes(`[${classes}]`) || message.includes(`[${classes.join(", ")}]`));
    assert(message.includes('"a"') && message.includes("null"));
  }
});

test("an ensemble predicts the mean probability of the predictive ones", () => {
  const { list, models } = threeTeachers();
  const x = images(5);
  const mean = models[0].forward(x).softmax(1).add(models[1].forward(x).softmax(1)).div(2);
  const both = teachers.ensemble(list);
  assertEquals(both.teachers.map(({ name }) => name), ["wide", "narrow"]);
  assertClose(both.probabilities(x), mean);
  assertThrows(() => teachers.ensemble([list[2]]), ArgumentError, "none of them predictive");
  assertThrows(() => teachers.ensemble([]), ArgumentError);
  const other = teachers.predictive({ name: "ten", model: new SmallNet(6, 2, 10) });
  const { message } = assertThrows(() => teachers.ensemble([list[0], other]), ShapeError);
  assert(message.includes('"ten" has 10'));
  freeAll(...models, other.model!);
});

test("bad teachers and images are refused by name and values", () => {
  const refuse = (body: () => unknown, type: new () => Error, ...parts: string[]) => {
    const { message } = assertThrows(body, type);
    for (const part of parts) assert(message.includes(part), `"${part}" is not in: ${message}`);
  };
  // deno-lint-ignore no-explicit-any
  const make = (options: any) => teachers.predictive(options);
  // deno-lint-ignore no-explicit-any
  const describe = (options: any) => teachers.descriptive(options);
  const features = (x: torch.Tensor) => x.flatten(1);
  const run = (x: torch.Tensor) => ({ features: x.flatten(1), logits: x.flatten(1) });
  refuse(() => make({ name: "", run, featureDim: 6, numClasses: 6 }), ArgumentError, "name");
  refuse(() => make({ name: "a", model: {} }), ArgumentError, '"a"', "Classifier");
  refuse(() => make({ name: "a", featureDim: 6, numClasses: 6 }), ArgumentError, '"a"', "run");
  refuse(() => make({ name: "a", run, featureDim: 0, numClasses: 6 }), ArgumentError, '"a"', "0");
  refuse(() => make({ name: "a", run, featureDim: 6 }), ArgumentError, '"a"', "undefined");
  refuse(() => describe({ name: "a", featureDim: 6 }), ArgumentError, '"a"', "features");
  refuse(
    () => describe({ name: "a", features, featureDim: 6, preprocess: 3 }),
    ArgumentError,
    '"a"',
  );

  const x = images(2);
  const wide = make({ name: "w", run, featureDim: 6, numClasses: 5 });
  refuse(() => wide.run(x), ShapeError, 'logits of teacher "w"', "[2, 6]", "[2, 5]");
  const narrow = describe({ name: "n", features, featureDim: 7 });
  refuse(() => narrow.run(x), ShapeError, 'features of teacher "n"', "[2, 6]", "[2, 7]");
  const unpooled = describe({ name: "u", features: (i: torch.Tensor) => i, featureDim: 1 });
  refuse(() => unpooled.run(x), ShapeError, '"u"', "[2, 1, 2, 3]");
  const whole = describe({
    name: "i",
    features: (i: torch.Tensor) => i.flatten(1).long(),
    featureDim: 6,
  });
  refuse(() => whole.run(x), DTypeError, '"i"', "int64");
  const none = describe({ name: "o", features: () => undefined, featureDim: 6 });
  refuse(() => none.run(x), ArgumentError, '"o"');
  const fine = describe({ name: "f", features, featureDim: 6 });
  refuse(() => fine.run(torch.zeros([0, 1, 2, 3])), ShapeError, '"f"', "[0, 1, 2, 3]");
  // deno-lint-ignore no-explicit-any
  refuse(() => fine.run([1] as any), ArgumentError, '"f"', "object");
  assertEquals(fine.run(images(1)).features.shape, [1, 6]);
});
