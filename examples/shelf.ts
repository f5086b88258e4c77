/**
 * A shelf of public models teaches one small model on a folder of photographs without labels. Teachers come from
 * the hub, or from files as their publishers ship them; each preprocesses the photographs as its publisher did.
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

// A teacher's own size may be large; 224 pixels are plenty for a student's sake.
const shelf = await Promise.all(
  specs.map((spec) => teachers.load(spec, { preprocessing: { size: [224, 224] } })),
);
for (const teacher of shelf) {
  console.log(`${teacher.name}: ${teacher.facts.architecture}, ${teacher.featureDim} features`);
}

// One decoded batch serves all: the teachers see the bytes, the student its own normalization of them.
using images = data.images(photos, {
  part: { kind: "random", size: 224, scale: [0.3, 1] },
  workers: 2,
});
const { mean, std } = models.entry("mobilenet_v3_small");
const epochs = 3;
const batches = new data.Loader(images, {
  batchSize: Math.min(32, images.length),
  shuffle: true,
  dropLast: true,
  normalize: data.normalize(mean, std),
  raw: true,
});

torch.manualSeed(0);
const student = models.create("mobilenet_v3_small", { numClasses: 0 });
// No teacher knows the student's classes, so the vote is on features alone (alpha1 and alpha2 weigh logits).
const method = new distill.Uniform({ student, teachers: shelf, alpha1: 0, alpha2: 0 });
const optimizer = new optim.AdamW(method.parameters(), { lr: 1e-3, weightDecay: 0.05 });
const schedule = new optim.OneCycle(optimizer, {
  maxLr: 1e-3,
  totalSteps: epochs * batches.length,
});
await train.fit({ name: "student", method, optimizer, schedule, batches, epochs });

models.save("student.safetensors", student, { view: { size: [224, 224], mean, std } });
console.log("wrote student.safetensors");
