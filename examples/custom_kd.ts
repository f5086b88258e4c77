/**
 * CustomKD from your own script: a larger teacher's features are customized through the student's own
 * head, by turns with distillation; ten labels a class. Where this trains its teacher, you would load your own.
 *
 *     deno run -A examples/custom_kd.ts [--small]
 *
 * With `--small` it takes a few images and some seconds, to see that it runs.
 */
import { data, distill, evaluation, models, optim, teachers, torch, train } from "../mod.ts";

const { mean, std } = data.FASHION_MNIST_STATISTICS;
const transform = data.normalize(mean, std);
const part = Deno.args.includes("--small") ? 1 / 20 : 1;
using all = await data.fashionMnist("train");
using test = await data.fashionMnist("test");
const [pool, forTeacher, rest] = all.split([2_000, part * 4_000, part * 8_000], { seed: 0 });
const few = pool.balancedSubset(10, 0);

torch.manualSeed(0);
const labelled = new data.Loader(few, { batchSize: 50, shuffle: true, transform });
const unlabelled = new data.Loader(rest.unlabelled(), {
  batchSize: 100,
  shuffle: true,
  transform,
});

// A larger teacher, of which only the features are used.
const large = new models.SmallCnn({ numClasses: 10, widths: [32, 64, 128] });
await train.fit({
  name: "teacher",
  method: new train.Supervised(large),
  optimizer: new optim.AdamW(large.parameters(), { lr: 2e-3 }),
  batches: new data.Loader(forTeacher, { batchSize: 64, shuffle: true, transform }),
  epochs: 3,
});
const teacher = teachers.descriptive({ name: "teacher", model: large });

// The student, trained on the few labels first: its head is what the teacher's features are made to fit.
const student = new models.SmallCnn({ numClasses: 10, widths: [8, 16, 32] });
await train.fit({
  name: "student before",
  method: new train.Supervised(student),
  optimizer: new optim.AdamW(student.parameters(), { lr: 5e-3 }),
  batches: labelled,
  epochs: 60,
  progress: false,
});
await report("student before");

// Distances of features are small numbers beside a cross-entropy: they want large weights.
const method = new distill.CustomKD({
  student,
  teacher,
  weights: { customized: 10, general: 30, labelled: 1, entropy: 0.3 },
});
await train.fit({
  name: "CustomKD",
  method,
  stages: [
    {
      name: "customize",
      step: (batch: data.PairedBatch) => method.customizeStep(batch.labelled),
      optimizer: new optim.AdamW(method.customizationParameters(), { lr: 1e-3, weightDecay: 10 }),
      batches: data.zipLoaders(labelled, unlabelled),
    },
    {
      name: "distill",
      step: (batch: data.PairedBatch) => method.distillStep(batch),
      optimizer: new optim.AdamW(method.distillationParameters(), { lr: 1e-2 }),
      batches: data.zipLoaders(labelled, unlabelled),
    },
  ],
  epochs: 12,
});
await report("student after");

async function report(name: string): Promise<void> {
  const { overall } = await evaluation.evaluate(student, test, { transform });
  console.log(`${name}: ${(100 * overall).toFixed(1)} % of the test images`);
}
