/**
 * A shelf of public models teaches one small model on a folder of photographs without labels. Teachers come from
 * the hub, or from files as their publishers ship them; each sees the photographs as its publisher showed them.
 *
 *     deno run -A examples/shelf.ts PHOTOS TEACHER...
 *
 * PHOTOS is a folder (whatever folders it has in it), a list of paths, or tar files.
 *
 *     deno run -A examples/shelf.ts photos hf://timm/vit_small_patch14_dinov2.lvd142m hf://timm/resnet50.a1_in1k
 *
 * What remains is student.safetensors: MobileNetV3 with features in the place of many.
 */
import { data, distill, models, optim, teachers, torch, train } from "../mod.ts";

const [photos, ...specs] = Deno.args;
if (specs.length === 0) {
  console.error("usage: deno run -A examples/shelf.ts PHOTOS TEACHER...");
  Deno.exit(2);
}

// A teacher's own size may be large; 224 pixels are plenty for a student's sake. One teacher is in memory at a time.
const size = [224, 224] as const;
const shelf = new teachers.Shelf(
  await Promise.all(specs.map((spec) => teachers.load(spec, { view: { size } }))),
);
for (const { name, facts, featureDim } of shelf.teachers) {
  console.log(`${name}: ${facts.architecture}, ${featureDim} features`);
}

torch.manualSeed(0);
const student = models.create("mobilenet_v3_small", { numClasses: 0 });
const { mean, std } = models.entry("mobilenet_v3_small");
student.view = { size, mean, std };

// One decoded batch serves all: each teacher and the student render their own view of it.
using images = data.images(photos, {
  part: { kind: "random", size: 224, scale: [0.3, 1] },
  workers: 2,
});
await train.fit({
  name: "student",
  // No teacher knows the student's classes, so the vote is on features alone (alpha1 and alpha2 weigh logits).
  method: new distill.Uniform({ student, teachers: shelf, alpha1: 0, alpha2: 0 }),
  optimizer: (params) => new optim.AdamW(params, { lr: 1e-3, weightDecay: 0.05 }),
  schedule: (optimizer, totalSteps) => new optim.OneCycle(optimizer, { maxLr: 1e-3, totalSteps }),
  batches: new data.Loader(images, {
    batchSize: Math.min(32, images.length),
    shuffle: true,
    dropLast: true,
  }),
  epochs: 3,
});
models.save("student.safetensors", student);
console.log("wrote student.safetensors");
