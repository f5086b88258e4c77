/**
 * Trains a small network on MNIST and measures it: the whole of a training script.
 *
 *     deno run -A examples/train_classifier.ts [--small]
 *
 * With `--small` it takes a few images and some seconds, to see that it runs.
 */
import { data, evaluation, models, optim, torch, train } from "../mod.ts";

const part = Deno.args.includes("--small") ? 1 / 100 : 1;
using all = await data.mnist("train");
const images = all.take(part * all.length);
using test = await data.mnist("test");
const { mean, std } = data.MNIST_STATISTICS;
const transform = data.normalize(mean, std);

torch.manualSeed(0);
using model = new models.SmallCnn({ numClasses: 10, widths: [8, 16, 32] });
using optimizer = new optim.AdamW(model.parameters(), { lr: 3e-3 });
const batches = new data.Loader(images, { batchSize: 128, shuffle: true, transform });
await train.fit({ method: new train.Supervised(model), optimizer, batches, epochs: 1 });

const { overall } = await evaluation.evaluate(model, test, { transform });
console.log(`right on ${(100 * overall).toFixed(1)} % of the test images`);
models.save("mnist.safetensors", model, { view: { size: [28, 28], mean, std } });
