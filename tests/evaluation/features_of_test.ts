import { assert, assertEquals, assertRejects } from "@std/assert";
import * as data from "../../src/data/mod.ts";
import { ArgumentError, ShapeError } from "../../src/base/errors.ts";
import { featureQuality, featuresOf } from "../../src/evaluation/mod.ts";
import * as nn from "../../src/nn/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";

/** `count` images of 3 classes, each with a bright quarter of its own, and some noise. */
function images(count: number, seed: number): data.ImageDataset {
  const labels = Array.from({ length: count }, (_, i) => i % 3);
  const pixels = Uint8Array.from({ length: count * 64 }, (_, i) => {
    const [image, row, column] = [Math.floor(i / 64), Math.floor(i / 8) % 8, i % 8];
    const [top, left] = [[0, 0], [0, 4], [4, 0]][labels[image]];
    const bright = row >= top && row < top + 4 && column >= left && column < left + 4;
    return Math.abs(Math.sin(12.9 * i + 78.2 * seed) * 43758) % 1 * 90 + (bright ? 120 : 0);
  });
  return torch.scope(() =>
    new data.ImageDataset({
      name: "quarters",
      images: torch.tensor(pixels, { shape: [count, 1, 8, 8] }),
      labels,
      classNames: ["left", "right", "below"],
    })
  );
}

/** A model with dropout and batch norms, whose features are not its logits. */
class Net extends nn.Classifier {
  readonly body = new nn.Sequential(
    new nn.Conv2d(1, 4, 3, { stride: 2 }),
    new nn.BatchNorm2d(4),
    new nn.ReLU(),
    new nn.Dropout(0.5),
    new nn.Flatten(),
  );
  override readonly head = new nn.Linear(36, 3);
  override readonly featureDim = 36;
  override readonly numClasses = 3;
  override features(x: torch.Tensor): torch.Tensor {
    return this.body.forward(x);
  }
}

test("features are those of one large batch in evaluation mode, and nothing has changed", async () => {
  using set = images(20, 1);
  using model = new Net().to(device);
  model.view = { size: [8, 8], mean: [0.4], std: [0.2] };
  model.body.at(1).eval();
  const modes = () => model.modules().map(({ training }) => training);
  const state = () => Object.values(model.stateDict()).map((tensor) => tensor.toArray());
  const [modesBefore, stateBefore] = [modes(), state()];
  torch.manualSeed(3);
  const drawn = torch.scope(() => torch.rand([3]).toArray());
  torch.manualSeed(3);
  const progress: number[] = [];
  using found = await featuresOf(model, set, {
    batchSize: 7,
    onProgress: (done) => progress.push(done),
  });
  assertEquals(torch.scope(() => torch.rand([3]).toArray()), drawn);
  assertEquals([modes(), state()], [modesBefore, stateBefore]);
  assertEquals(progress, [7, 14, 20]);
  torch.scope(() => {
    const pixels = set.images.to({ dtype: "float32", device }).div(255).sub(0.4).div(0.2);
    model.eval();
    assertClose(found.features, model.features(pixels), { rtol: 1e-4, atol: 1e-5 });
    assertEquals(found.labels.toArray(), Array.from({ length: 20 }, (_, i) => i % 3));
  });
  assertEquals([found.features.dtype, found.features.device, found.features.requiresGrad], [
    "float32",
    "cpu",
    false,
  ]);
});

test("a loader's transform, a function, and half precision are taken", async () => {
  using set = images(6, 2);
  const loader = new data.Loader(set, { batchSize: 4, transform: data.normalize([0.5], [0.5]) });
  using flat = await featuresOf((x) => x.flatten(1), loader);
  torch.scope(() => {
    assertClose(flat.features, set.images.float().div(127.5).sub(1).flatten(1), { atol: 1e-5 });
  });
  using random = await featuresOf((x) => torch.rand([x.size(0), 2]).to("bfloat16"), set);
  assertEquals([random.features.dtype, random.features.shape], ["float32", [6, 2]]);
});

test("what has no features or no labels is refused, and no memory is lost", async () => {
  using set = images(6, 2);
  await assertRejects(() => featuresOf((x) => x, set), ShapeError, "(B, D)");
  await assertRejects(
    () => featuresOf((x) => x.flatten(1), { epoch: () => [] }),
    ArgumentError,
    "no images",
  );
  await assertRejects(
    () => featuresOf((x) => x.flatten(1), null as unknown as data.ImageDataset),
    ArgumentError,
    "got null",
  );
  const stop = AbortSignal.abort(new Error("enough"));
  await assertRejects(
    () => featuresOf((x) => x.flatten(1), set, { signal: stop }),
    Error,
    "enough",
  );
  using bare = set.unlabelled() as unknown as data.ImageDataset;
  await assertRejects(() => featuresOf((x) => x.flatten(1), bare), ArgumentError, "no labels");
});

test("features tell classes by neighbors and by a probe, and the model is asked for nothing else", async () => {
  using known = images(60, 5);
  using test = images(30, 6);
  using model = new Net().to(device);
  const found = await featureQuality(model, { known, test, probe: { l2: 0.01 }, batchSize: 16 });
  assert(found.knn! > 0.9 && found.probe! > 0.9, JSON.stringify(found));
  assertEquals(await featureQuality(model, { known, test }), { knn: found.knn });
  // Fewer known images than neighbors, and a class that only one side has.
  using few = images(2, 7);
  const some = await featureQuality(model, { known: few, test, probe: { l2: 0.1 } });
  assert(some.probe! <= 2 / 3 && some.knn! <= 2 / 3, JSON.stringify(some));
  assertEquals(Object.keys(await featureQuality(model, { known, test, knn: false, probe: true })), [
    "probe",
  ]);
  await assertRejects(
    () => featureQuality(model, { known, test, knn: false }),
    ArgumentError,
    "both false",
  );
});
