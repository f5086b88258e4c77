import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import * as data from "../../src/data/mod.ts";
import { ArgumentError, IndexError, ShapeError } from "../../src/base/errors.ts";
import { AccuracyCounter, evaluate } from "../../src/evaluation/mod.ts";
import * as models from "../../src/models/mod.ts";
import * as nn from "../../src/nn/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { fit } from "../../src/train/fit.ts";
import { Supervised } from "../../src/distill/methods/supervised.ts";
import * as optim from "../../src/optim/mod.ts";
import { assertClose, device, test } from "../helpers.ts";

/** Six images of 1 x 1 whose value says what is predicted for them. */
function six(labels = [0, 0, 1, 2, 2, 2], classNames = ["a", "b", "c"]): data.ImageDataset {
  return torch.scope(() =>
    new data.ImageDataset({
      images: torch.tensor(Uint8Array.of(0, 1, 1, 2, 0, 9), { shape: [6, 1, 1, 1] }),
      labels,
      classNames,
      name: "six",
    })
  );
}

/** By pixel: scores whose order is known. */
const rows: Record<number, number[]> = {
  0: [3, 2, 1],
  1: [0, 5, 1],
  2: [1, 0, 2],
  9: [NaN, 0, 1],
};
const scorer = (images: torch.Tensor) =>
  torch.tensor(
    (images.mul(255).round().flatten().toArray() as number[]).map((pixel) => rows[pixel]),
    { device: images.device },
  );

test("accuracy, guesses, confusion and loss, by hand", async () => {
  using dataset = six();
  const result = await evaluate(scorer, dataset, { topK: [1, 2, 3], batchSize: 4 });
  // Predicted: 0 1 1 2 0 nothing; right: yes no yes yes no no.
  assertEquals(result.confusion, [[1, 1, 0], [0, 1, 0], [1, 0, 1]]);
  assertClose([result.overall, result.meanByClass], [3 / 6, (1 / 2 + 1 + 1 / 3) / 3]);
  assertClose(result.byClass, [1 / 2, 1, 1 / 3]);
  // Second guesses: of the second image 2 (it is 0), of the fifth 1 (it is 2).
  assertClose([result.topK[1], result.topK[2], result.topK[3]], [3 / 6, 3 / 6, 5 / 6]);
  assertEquals(result.count, 6);
  assertEquals(result.byDataset, { six: 0.5 });
  assertEquals(result.classNames, ["a", "b", "c"]);
  assert(Number.isNaN(result.loss));
  using finite = dataset.take(5);
  const { loss } = await evaluate(scorer, finite);
  const entropy = (scores: number[], label: number) =>
    Math.log(scores.reduce((sum, score) => sum + Math.exp(score), 0)) - scores[label];
  const wanted = [[0, 0], [1, 0], [1, 1], [2, 2], [0, 2]];
  assertClose(loss, wanted.reduce((sum, [p, y]) => sum + entropy(rows[p], y), 0) / 5);
});

test("a model is evaluated as by hand, and every part is in its mode afterwards", async () => {
  torch.manualSeed(0);
  using model = new models.Mlp({ inputs: 16, numClasses: 5, widths: [8], dropout: 0.5 });
  model.to(device);
  const pixels = torch.randint(0, 256, [50, 1, 4, 4], { dtype: "uint8" });
  using dataset = new data.ImageDataset({
    images: pixels,
    labels: Array.from({ length: 50 }, (_, i) => i % 5),
    classNames: [..."vwxyz"],
  });
  const frozen = model.namedModules().find(([, part]) => part instanceof nn.BatchNorm1d)![1];
  model.train();
  frozen.eval();
  const before = Object.values(model.stateDict()).map((tensor) => tensor.data());
  const transform = data.normalize([0.4], [0.3]);
  const result = await evaluate(model, dataset, { transform, batchSize: 7 });
  assertEquals([model.training, frozen.training], [true, false]);
  assertEquals(Object.values(model.stateDict()).map((tensor) => tensor.data()), before);

  const counter = new AccuracyCounter(5);
  model.eval();
  torch.noGrad(() =>
    counter.add(model.forward(transform(pixels).to(device)), dataset.labels.to(device))
  );
  model.train();
  const expected = counter.result([{ name: dataset.name, from: 0, to: 5 }]);
  const { topK, confusion, loss, classNames, calibration, domains, ...accuracy } = result;
  assertEquals(accuracy, expected);
  assertEquals([topK[1], domains, classNames], [accuracy.overall, null, [..."vwxyz"]]);
  const right = confusion.reduce((sum, row, i) => sum + row[i], 0);
  assertClose([calibration.accuracy, calibration.nll], [right / 50, loss]);
  assertEquals(result.topK[5], 1);

  // A loader, with its own transform; the model's view.
  const loader = new data.Loader(dataset, { batchSize: 20, transform, device });
  assertEquals((await evaluate(model, loader)).confusion, result.confusion);
  await assertRejects(() => evaluate(model, loader, { transform }), ArgumentError, "of its own");
  model.view = { size: [4, 4], mean: [0.4], std: [0.3] };
  assertEquals((await evaluate(model, dataset)).confusion, result.confusion);
});

test("a model is evaluated through its view, of whatever size and however images are loaded", async () => {
  torch.manualSeed(1);
  using model = new models.SmallCnn({ numClasses: 3, widths: [4, 8] });
  model.to(device);
  const view = { size: [6, 6], mean: [0.4], std: [0.2] } as const;
  using dataset = torch.scope(() =>
    new data.ImageDataset({
      images: torch.randint(0, 256, [24, 1, 9, 9]).to("uint8"),
      labels: Array.from({ length: 24 }, (_, i) => i % 3),
      classNames: ["a", "b", "c"],
    })
  );
  const expected = torch.scope(() => {
    model.eval();
    const scores = torch.noGrad(() =>
      model.forward(data.applyView(dataset.images.to(device), view))
    );
    model.train();
    const guessed = scores.argmax(1).toArray() as number[];
    const confusion = [0, 1, 2].map(() => [0, 0, 0]);
    guessed.forEach((guess, i) => confusion[i % 3][guess]++);
    const loss = nn.functional.crossEntropy(scores, dataset.labels.to(device)).item() as number;
    return { confusion, loss: loss.toFixed(4) };
  });
  const measured = async (
    images: Parameters<typeof evaluate>[1],
    options?: Parameters<typeof evaluate>[2],
  ) => {
    const { confusion, loss } = await evaluate(model, images, options);
    return { confusion, loss: loss.toFixed(4) };
  };
  assertEquals(await measured(dataset, { view }), expected);
  model.view = view;
  assertEquals(await measured(dataset, { batchSize: 7 }), expected);
  assertEquals(await measured(new data.Loader(dataset, { batchSize: 7, device })), expected);
  assertEquals(await measured(dataset, { view: { ...view, cropFraction: 0.5 } }), expected);
  const size = [9, 9] as const;
  assert((await measured(dataset, { view: { ...view, size } })).loss !== expected.loss);

  // Normalized once by the loader, and again by the view: nothing that any model was trained on.
  const twice = new data.Loader(dataset, {
    batchSize: 7,
    device,
    transform: data.normalize([0.4], [0.2]),
  });
  const { message } = await assertRejects(() => evaluate(model, twice), ArgumentError);
  assertStringIncludes(message, "normalized already");
  assertStringIncludes(message, "take normalize out of the loader's transform");
  const transform = data.normalize([0.4], [0.2]);
  await assertRejects(
    () => evaluate(model, dataset, { transform, view }),
    ArgumentError,
    "not both",
  );
  await assertRejects(
    () => evaluate(model, dataset, { view: { ...view, std: [0] } }),
    ArgumentError,
    "std",
  );
});

test("an evaluation leaves no tensor and no more memory, also after an error", async () => {
  using model = new models.SmallCnn({ numClasses: 3, widths: [4] });
  using dataset = six();
  const before = torch.memory().tensors;
  await evaluate(model, dataset, { batchSize: 2 });
  assertEquals(torch.memory().tensors, before);
  const stop = AbortSignal.abort(new RangeError("enough"));
  await assertRejects(() => evaluate(model, dataset, { signal: stop }), RangeError, "enough");
  assert(model.training);
  const failing = () => {
    throw new RangeError("no scores");
  };
  await assertRejects(() => evaluate(failing, dataset), RangeError, "no scores");
  assertEquals(torch.memory().tensors, before);
});

test("a data set with other classes than the model's is refused", async () => {
  using model = new models.SmallCnn({ numClasses: 3, widths: [4] });
  using dataset = six();
  model.classNames = ["a", "c", "d"];
  const error = await assertRejects(() => evaluate(model, dataset), ArgumentError);
  assertStringIncludes(error.message, 'class 1 "b", the model class 1 "c"');
  using short = six([0, 0, 1, 1, 1, 1], ["a", "c"]);
  const fewer = await assertRejects(() => evaluate(model, short), ArgumentError);
  assertStringIncludes(
    fewer.message,
    'it has 2, the model 3; it has no class 2, the model class 2 "d"',
  );
  model.classNames = null;
  await assertRejects(() => evaluate(model, short), ShapeError, "2 classes");
  using two = new models.SmallCnn({ numClasses: 2, widths: [4] });
  await assertRejects(() => evaluate(two, dataset), ShapeError, "3 classes");
  const loose = new data.Loader(dataset, { batchSize: 3 });
  await assertRejects(
    () => evaluate(two, { epoch: (epoch) => loose.epoch(epoch) }),
    IndexError,
    "out of range",
  );
  for (const topK of [[0], [4], [1.5]]) {
    await assertRejects(() => evaluate(model, dataset, { topK }), ArgumentError, "topK");
  }
});

test("training on labels tells the model the names of its classes, which then must stay", async () => {
  using model = new models.SmallCnn({ numClasses: 3, widths: [4] });
  using dataset = six();
  using optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  const method = new Supervised(model);
  const run = (images: data.ImageDataset) =>
    fit({
      method,
      optimizer,
      batches: new data.Loader(images, { batchSize: 3 }),
      epochs: 1,
      progress: false,
    });
  await run(dataset);
  assertEquals(model.classNames, ["a", "b", "c"]);
  using other = six([0, 0, 1, 1, 1, 1], ["a", "c", "b"]);
  await assertRejects(() => evaluate(model, other), ArgumentError, "not the model's");
  await assertRejects(() => run(other), ArgumentError, 'Class 1 of the model is "b"');
});

test("very many classes are counted without a matrix of them", async () => {
  const classes = 30_000;
  const labels = Int32Array.of(7, 29_999, 3);
  using dataset = new data.ImageDataset({
    images: torch.zeros([3, 1, 1, 1], { dtype: "uint8" }),
    labels,
    classNames: Array.from({ length: classes }, (_, i) => `${i}`),
  });
  const { overall, confusion, topK } = await evaluate(
    () => torch.arange(classes).to("float32").expand([3, classes]),
    dataset,
  );
  assertClose([overall, topK[1], topK[5]], [1 / 3, 1 / 3, 1 / 3]);
  assertEquals(confusion, []);
});

test("images without labels are refused; models of other dtypes are given theirs", async () => {
  using dataset = six();
  using model = new models.SmallCnn({ numClasses: 3, widths: [4] });
  using images = dataset.unlabelled();
  await assertRejects(() => evaluate(model, images as never), ArgumentError, "have no labels");
  await assertRejects(() => evaluate(model, null as never), ArgumentError, "got null");
  const { confusion } = await evaluate(model, dataset);
  model.to("float64");
  assertEquals((await evaluate(model, dataset)).confusion, confusion);
});
