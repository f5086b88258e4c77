/**
 * CustomKD from your own script: a larger teacher's features are customized through the student's own
 * head, by turns with distillation; ten labels a class. Where this trains its teacher, you would load your own.
 *
 *     deno run -A examples/custom_kd.ts [--small]
 *
 * With `--small` it takes a few images and some seconds, to see that it runs.
 */
import { data, distill, evaluation, models, optim, teachers, torch, train } from "../mod.ts";

const part = Deno.args.includes("--small") ? 1 / 20 : 1;
using all = await data.fashionMnist("train");
using test = await data.fashionMnist("test");
const [pool, forTeacher, rest] = all.split([2_000, part * 4_000, part * 8_000], { seed: 0 });
const view = { size: [28, 28], ...data.FASHION_MNIST_STATISTICS } as const;
const adamW = (lr: number, weightDecay = 0.01) => (params: torch.Tensor[]) =>
  new optim.AdamW(params, { lr, weightDecay });

// A larger teacher, of which only the features are used.
torch.manualSeed(0);
const large = new models.SmallCnn({ numClasses: 10, widths: [32, 64, 128] });
large.view = view;
await train.fit({
  name: "teacher",
  method: new train.Supervised(large),
  optimizer: adamW(2e-3),
  batches: new data.Loader(forTeacher, { batchSize: 64, shuffle: true }),
  epochs: 3,
});

// The student, trained on the few labels first: its head is what the teacher's features are made to fit.
const labelled = new data.Loader(pool.balancedSubset(10), { batchSize: 50, shuffle: true });
const unlabelled = new data.Loader(rest.unlabelled(), { batchSize: 100, shuffle: true });
const student = new models.SmallCnn({ numClasses: 10, widths: [8, 16, 32] });
student.view = view;
await train.fit({
  method: new train.Supervised(student),
  optimizer: adamW(5e-3),
  batches: labelled,
  epochs: 60,
  progress: false,
});
await report("student before");

await train.fit({
  name: "CustomKD",
  // Distances of features are small numbers beside a cross-entropy: they want large weights.
  method: new distill.CustomKD({
    student,
    teacher: teachers.descriptive({ name: "teacher", model: large }),
    weights: { customized: 10, general: 30, labelled: 1, entropy: 0.3 },
  }),
  optimizers: { customize: adamW(1e-3, 10), distill: adamW(1e-2) },
  batches: data.zipLoaders(labelled, unlabelled),
  epochs: 12,
});
await report("student after");

async function report(name: string): Promise<void> {
  const { overall } = await evaluation.evaluate(student, test);
  console.log(`${name}: ${(100 * overall).toFixed(1)} % of the test images`);
}
