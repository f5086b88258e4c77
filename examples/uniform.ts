/**
 * UNIFORM from your own script: three teachers of different kinds teach one small student on images
 * without labels. Where this trains its teachers in a minute, you would load your own.
 *
 *     deno run -A examples/uniform.ts [--small]
 *
 * With `--small` it takes a few images and some seconds, to see that it runs.
 */
import { data, distill, evaluation, models, optim, teachers, torch, train } from "../mod.ts";

const part = Deno.args.includes("--small") ? 1 / 20 : 1;
using all = await data.fashionMnist("train");
using test = await data.fashionMnist("test");
const [first, second, rest] = all.split([part * 2_000, part * 2_000, part * 16_000], { seed: 0 });
const footwear = first.ofClasses(["Sandal", "Sneaker", "Ankle boot"], { relabel: true });
const view = { size: [28, 28], ...data.FASHION_MNIST_STATISTICS } as const;
const optimizer = (params: torch.Tensor[]) => new optim.AdamW(params, { lr: 5e-3 });
const schedule = (adam: optim.AdamW, totalSteps: number) =>
  new optim.OneCycle(adam, { maxLr: 5e-3, totalSteps });

// Two teachers know the classes, each from 2,000 labels of its own; one knows kinds of shoes only.
torch.manualSeed(0);
const cnn = new models.SmallCnn({ numClasses: 10 });
const mlp = new models.Mlp({ inputs: 784, numClasses: 10 });
const shoes = new models.SmallResNet({ numClasses: 3, stride: 2 });
for (const [model, images] of [[cnn, first], [mlp, second], [shoes, footwear]] as const) {
  model.view = view;
  const method = new train.Supervised(model);
  const batches = new data.Loader(images, { batchSize: 64, shuffle: true });
  await train.fit({ method, optimizer, schedule, batches, epochs: 10 });
}
const shelf = new teachers.Shelf([
  teachers.predictive({ name: "CNN", model: cnn }),
  teachers.predictive({ name: "MLP", model: mlp }),
  teachers.descriptive({ name: "shoes", model: shoes }),
]);

// The student. `unlabelled()` gives images whose labels nothing can reach any more.
const student = new models.SmallCnn({ numClasses: 10, widths: [8, 16, 32] });
student.view = view;
const method = new distill.Uniform({ student, teachers: shelf });
const batches = new data.Loader(rest.unlabelled(), { batchSize: 128, shuffle: true });
await train.fit({ method, optimizer, schedule, batches, epochs: 3 });

for (const [name, model] of Object.entries({ cnn, mlp, student })) {
  const { overall } = await evaluation.evaluate(model, test);
  console.log(`${name}: ${(100 * overall).toFixed(1)} % of the test images`);
}
console.table(method.votes().consensus);
models.save("student.safetensors", student, { classNames: test.classNames });
