/**
 * Trains a small network on MNIST and measures it: the whole of a training script.
 *
 *     deno run -A examples/train_classifier.ts [--small]
 *
 * With `--small` it takes a few images and some seconds, to see that it runs.
 */
import { data, evaluation, models, optim, torch, train } from "../mod.ts";

using all = await data.mnist("train");
using test = await data.mnist("test");
const images = all.take(Deno.args.includes("--small") ? 600 : all.length);

torch.manualSeed(0);
using model = new models.SmallCnn({ numClasses: 10, widths: [8, 16, 32] });
model.view = { size: [28, 28], ...data.MNIST_STATISTICS };
using optimizer = new optim.AdamW(model.parameters(), { lr: 3e-3 });
const batches = new data.Loader(images, { batchSize: 128, shuffle: true });
await train.fit({ method: new train.Supervised(model), optimizer, batches, epochs: 1 });

const { overall } = await evaluation.evaluate(model, test);
console.log(`right on ${(100 * overall).toFixed(1)} % of the test images`);
models.save("mnist.safetensors", model);
