/** Strong augmentation: what the student alone sees, while teachers see the images without it. */
import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { ShapeError } from "../../src/base/errors.ts";
import {
  cutout,
  ImageDataset,
  type LabelledBatch,
  Loader,
  type LoaderOptions,
  type MixedBatch,
  randomCrop,
  randomHorizontalFlip,
  zipLoaders,
} from "../../src/data/mod.ts";
import type { Spec } from "../../src/base/spec.ts";
import * as distill from "../../src/distill/mod.ts";
import * as teachers from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { SmallNet } from "../distill/nets.ts";
import { assertClose, device, test } from "../helpers.ts";
import { numbered } from "./images.ts";

const options: LoaderOptions = {
  ...{ batchSize: 4, seed: 3, shuffle: true, device },
  transform: randomCrop(2),
};
const strong = cutout(4);

const rows = (pixels: torch.Tensor, places: Int32Array) =>
  Object.fromEntries([...places].map((place, row) => [place, [...pixels.select(0, row).data()]]));

/** What is seen of every image in an epoch. */
function epochOf(loader: Loader<LabelledBatch>, epoch: number) {
  const [teacher, student] = [{}, {}] as Record<number, unknown>[];
  for (using batch of loader.epoch(epoch) as Iterable<LabelledBatch>) {
    torch.scope(() => {
      Object.assign(teacher, rows(batch.pixels, batch.places()));
      Object.assign(student, rows(batch.strong ?? batch.pixels, batch.places()));
    });
  }
  return { teacher, student };
}

test("teachers see what they would without it, the student the same pixels changed further", () => {
  using dataset = numbered(12, { size: 8 });
  const without = new Loader(dataset, { ...options, views: 2 });
  const loader = new Loader(dataset, { ...options, views: 2, strong });
  const [plain, first, third] = [epochOf(without, 0), epochOf(loader, 0), epochOf(loader, 2)];
  assertEquals(first.teacher, plain.teacher);
  assertEquals(plain.student, plain.teacher);
  assertNotEquals(first.student, first.teacher);
  // The views come again, what the student sees of them does not.
  assertEquals(third.teacher, first.teacher);
  assertNotEquals(third.student, first.student);
  assertEquals(epochOf(loader, 0), first);
  // An image is the same in any batch.
  const larger = new Loader(dataset, { ...options, batchSize: 5, views: 2, strong });
  assertEquals(epochOf(larger, 2), third);
});

test("what a strong transform draws is not what the weak one drew", () => {
  torch.manualSeed(1);
  using dataset = new ImageDataset({
    images: torch.rand([60, 1, 4, 4]).mul(255).to("uint8"),
    labels: new Uint8Array(60),
    classNames: ["any"],
  });
  const flip = randomHorizontalFlip();
  const loader = new Loader(dataset, { ...options, transform: flip, strong: flip });
  const { teacher, student } = epochOf(loader, 0);
  // Half of them are turned back, whatever the first one did.
  const turned = Object.keys(teacher).filter((place) =>
    String(teacher[Number(place)]) !== String(student[Number(place)])
  );
  assert(turned.length > 15 && turned.length < 45, `${turned.length} of 60`);
});

test("the store's pixels are the teachers', and a run's spec knows the student's", async () => {
  using dataset = numbered(12, { size: 8 });
  const without = new Loader(dataset, { ...options, views: 2 });
  const loader = new Loader(dataset, { ...options, views: 2, strong });
  assertEquals(await loader.pixelSpec(), await without.pixelSpec());
  const spec = await loader.spec() as Record<string, Spec>;
  assertEquals(spec.strong, strong.spec);
  const { strong: _, ...rest } = spec;
  const { strong: none, ...same } = await without.spec() as Record<string, Spec>;
  assertEquals([rest, none], [same, undefined]);
  using batch = loader.pixelsOf(Int32Array.of(3, 1), 1) as LabelledBatch;
  assertEquals(batch.strong, null);
});

test("a lesson shows the teacher the weak view and the student the strong one", () => {
  using dataset = numbered(8, { size: 8 });
  using bare = dataset.unlabelled({ seed: 1 });
  const few = new Loader(dataset, options);
  const rest = new Loader(bare, { ...options, strong });
  torch.manualSeed(5);
  const student = new SmallNet(64, 5, 12);
  const asked: unknown[] = [];
  const teacher = teachers.descriptive({
    name: "large",
    featureDim: 64,
    features: (images) => {
      asked.push(images.toArray());
      return images.flatten(1);
    },
  });
  const method = new distill.CustomKD({ student, teacher, standardize: "none" });
  using both = zipLoaders(few, rest).batch(0, 0) as MixedBatch;
  torch.scope(() => {
    const { labelled, unlabelled } = both;
    assertEquals(labelled.strong, null);
    const { terms } = method.step(both, "distill");
    assertEquals(asked[1], unlabelled.pixels.float().div(255).toArray());
    const seen = torch.cat([labelled.pixels, unlabelled.strong!]).float().div(255);
    const taught = torch.cat([labelled.pixels, unlabelled.pixels]).float().div(255).flatten(1);
    const target = method.customizations.at(0).forward(taught) as torch.Tensor;
    assertClose(terms.customized, torch.mseLoss(student.features(seen), target));
  });
  method.dispose();
  student.dispose();
});

test("a strong transform that changes the number of images is refused, and nothing is left", () => {
  using dataset = numbered(12, { size: 8 });
  const bad = (images: torch.Tensor) => images.narrow(0, 0, 2);
  const loader = new Loader(dataset, { ...options, strong: bad });
  assertThrows(() => loader.batch(0, 0), ShapeError, "4 images");
});
