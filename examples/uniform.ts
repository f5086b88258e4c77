/**
 * UNIFORM from your own script: three teachers of different kinds teach one small student on images
 * without labels. Where this trains its teachers in a minute, you would load your own.
 *
 *     deno run -A examples/uniform.ts [--small]
 *
 * With `--small` it takes a few images and some seconds, to see that it runs.
 */
import {
  data,
  distill,
  evaluation,
  models,
  type nn,
  optim,
  teachers,
  torch,
  train,
} from "../mod.ts";

const { mean, std } = data.FASHION_MNIST_STATISTICS;
const transform = data.normalize(mean, std);
const part = Deno.args.includes("--small") ? 1 / 20 : 1;
using all = await data.fashionMnist("train");
using test = await data.fashionMnist("test");
const [forTeachers, forStudent] = all.split([part * 4_000, part * 16_000], { seed: 0 });

// The teachers. Two know the classes, each from 2,000 labels of its own; one knows shoes from shirts only.
torch.manualSeed(0);
async function trained<M extends nn.Classifier>(model: M, images: data.ImageDataset): Promise<M> {
  const batches = new data.Loader(images, { batchSize: 64, shuffle: true, transform });
  const optimizer = new optim.AdamW(model.parameters(), { lr: 3e-3 });
  await train.fit({ method: new train.Supervised(model), optimizer, batches, epochs: 10 });
  return model;
}
const [first, second] = forTeachers.split([part * 2_000, part * 2_000]);
const shoes = forTeachers.ofClasses(["Sandal", "Sneaker", "Ankle boot"], { relabel: true });
const cnn = await trained(new models.SmallCnn({ numClasses: 10 }), first);
const mlp = await trained(new models.Mlp({ inputs: 784, numClasses: 10 }), second);
const resnet = await trained(new models.SmallResNet({ numClasses: 3, stride: 2 }), shoes);
const masters = [
  teachers.predictive({ name: "CNN", model: cnn }),
  teachers.predictive({ name: "MLP", model: mlp }),
  teachers.descriptive({ name: "shoes", model: resnet }),
];

// The student. `unlabelled()` gives images whose labels nothing can reach any more.
const student = new models.SmallCnn({ numClasses: 10, widths: [8, 16, 32] });
const method = new distill.Uniform({ student, teachers: masters, alpha1: 1, alpha2: 0.5 });
const epochs = 3;
const batches = new data.Loader(forStudent.unlabelled(), {
  batchSize: 128,
  shuffle: true,
  transform,
});
const optimizer = new optim.AdamW(method.parameters(), { lr: 5e-3 });
const schedule = new optim.OneCycle(optimizer, {
  maxLr: 5e-3,
  totalSteps: epochs * batches.length,
});
await train.fit({ name: "student", method, optimizer, schedule, batches, epochs });

// How good is it, and how did its teachers agree?
for (const [name, model] of [["CNN", cnn], ["MLP", mlp], ["student", student]] as const) {
  const { overall } = await evaluation.evaluate(model, test, { transform });
  console.log(`${name}: ${(100 * overall).toFixed(1)} % of the test images`);
}
console.table(method.votes().consensus);
models.save("student.safetensors", student, { view: { size: [28, 28], mean, std } });
