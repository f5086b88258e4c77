import { assertEquals } from "@std/assert";
import {
  compose,
  ImageDataset,
  Loader,
  normalize,
  randomHorizontalFlip,
} from "../../src/data/mod.ts";
import { Uniform } from "../../src/distill/mod.ts";
import { create } from "../../src/models/create.ts";
import { SmallCnn } from "../../src/models/small/cnn.ts";
import { descriptive } from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { assertClose, device, test } from "../helpers.ts";

function dataset(): ImageDataset {
  return new ImageDataset({
    images: torch.randint(0, 256, [6, 3, 8, 8], { dtype: "uint8" }),
    labels: [0, 1, 0, 1, 0, 1],
    classNames: ["a", "b"],
  });
}

const toUnit = normalize([0.5, 0.5, 0.5], [0.5, 0.5, 0.5]);

test("a batch's raw images are what its normalized ones were made of", () => {
  using images = dataset();
  const transform = compose(randomHorizontalFlip());
  const options = { batchSize: 4, shuffle: true, seed: 3, transform, device };
  const loader = new Loader(images, { ...options, normalize: toUnit, raw: true });
  const plain = new Loader(images, { ...options, transform: compose(transform, toUnit) });
  for (const [i, batch] of [...loader.epoch(0)].entries()) {
    using both = batch;
    using same = plain.batch(0, i) as typeof batch;
    assertEquals(both.raw!.dtype, "uint8");
    assertEquals(both.raw!.device, both.images.device);
    assertClose(both.images, both.raw!.float().div(255).sub(0.5).div(0.5));
    assertClose(both.images, same.images);
    assertEquals(same.raw, undefined);
  }
});

test("raw images without a transform are the data set's bytes", () => {
  using images = dataset();
  const loader = new Loader(images, { batchSize: 6, normalize: toUnit, raw: true });
  using batch = loader.batch(0, 0) as ReturnType<ImageDataset["batch"]>;
  assertEquals(batch.raw!.toArray(), images.images.toArray());
});

test("a teacher that preprocesses by itself is shown the raw images, another one the student's", () => {
  using images = dataset();
  using unlabelled = images.unlabelled();
  const loader = new Loader(unlabelled, { batchSize: 6, normalize: toUnit, raw: true, device });
  const seen: Record<string, torch.Tensor> = {};
  const teacher = (name: string, preprocess?: { size: [number, number] }) =>
    descriptive({
      name,
      featureDim: 3,
      features: (x) => {
        seen[name] = torch.keep(x.clone());
        return x.mean([2, 3]);
      },
      preprocess: preprocess && { ...preprocess, mean: [0, 0, 0], std: [1, 1, 1] },
    });
  const own = teacher("own", { size: [4, 4] });
  using student = new SmallCnn({ channels: 3, numClasses: 2, widths: [4, 4] });
  student.to(device);
  using method = new Uniform({ student, teachers: [own, teacher("plain")], alpha1: 0, alpha2: 0 });
  for (using batch of loader.epoch(0)) {
    torch.scope(() => void method.step(batch));
    assertEquals(seen.own.shape, [6, 3, 4, 4]);
    assertEquals((seen.own.min().item() as number) >= 0, true);
    assertClose(seen.plain, batch.images);
  }
  own.release();
  for (const tensor of Object.values(seen)) tensor.dispose();
});

test("a student without classes learns from features alone", () => {
  using student = create("resnet20", { numClasses: 0 });
  student.to(device);
  const teacher = descriptive({ name: "mean", featureDim: 3, features: (x) => x.mean([2, 3]) });
  using method = new Uniform({ student, teachers: [teacher], alpha1: 0, alpha2: 0 });
  const { loss, terms } = method.step({ images: torch.randn([4, 3, 16, 16], { device }) });
  loss.backward();
  assertEquals(Object.keys(terms).sort(), ["feature", "reconstruction"]);
  assertEquals(student.parameters().every(({ grad }) => grad !== null), true);
});
