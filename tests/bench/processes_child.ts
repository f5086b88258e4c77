/**
 * 50 steps of a method as one of several processes, or alone; the last line is what they came to and how long they took. The one
 * argument is JSON: method, dtype, threads, logEvery.
 */

import * as data from "../../src/data/mod.ts";
import * as distill from "../../src/distill/mod.ts";
import * as models from "../../src/models/mod.ts";
import * as optim from "../../src/optim/mod.ts";
import * as teachers from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { fit } from "../../src/train/fit.ts";

/** What is trained. */
export interface Asked {
  readonly method: "Uniform" | "CustomKD";
  readonly dtype: "float32" | "float64";
  readonly threads: number;
  /** Steps between two records; 1 to have the loss of each. */
  readonly logEvery: number;
}

/** What it came to. */
export interface Came {
  readonly rank: number;
  /** The loss of each step. */
  readonly losses: readonly number[];
  /** The student's weights and buffers. */
  readonly state: readonly number[];
  /** Images in a second, of the steps after the first ten. */
  readonly imagesPerSecond: number;
}

const STEPS = 50, WARM_UP = 10, BATCH = 128, LABELLED = 32, CLASSES = 10;
const asked: Asked = JSON.parse(Deno.args[0]);
torch.setNumThreads(asked.threads);

function cnn(widths: number[]): models.SmallCnn {
  return new models.SmallCnn({ channels: 1, numClasses: CLASSES, widths }).to(asked.dtype);
}

/** Random pictures; with each epoch as long as the method's stages want it. */
function pictures(made: DisposableStack, count: number): data.ImageDataset {
  const images = torch.randint(256, [count, 1, 28, 28], { dtype: "uint8" });
  const labels = Array.from({ length: count }, (_, i) => i % CLASSES);
  const classNames = Array.from({ length: CLASSES }, (_, i) => String(i));
  return made.use(new data.ImageDataset({ images, labels, classNames }));
}

async function work(rank: number): Promise<Came> {
  torch.manualSeed(3);
  using made = new DisposableStack();
  const isUniform = asked.method === "Uniform";
  const widths = isUniform ? [[16, 32], [24, 24], [8, 48]] : [[48, 96]];
  const who = widths.map((width, i) => {
    const model = cnn(width);
    made.defer(() => model.dispose());
    return teachers.predictive({ name: `teacher ${i}`, model });
  });
  const student = cnn([16, 32]);
  made.defer(() => student.dispose());
  const method = isUniform
    ? new distill.Uniform({ student, teachers: who })
    : new distill.CustomKD({ student, teacher: who[0] });
  made.defer(() => method.dispose());
  const loader = {
    batchSize: BATCH,
    shuffle: true,
    transform: (images: torch.Tensor) => images.to({ dtype: asked.dtype }).div(255),
  };
  // Each stage of CustomKD has half of the steps.
  const epochs = isUniform ? 1 : 2;
  const rest = made.use(pictures(made, STEPS * BATCH / epochs).unlabelled());
  const many = new data.Loader(rest, loader);
  const labelled = pictures(made, STEPS * LABELLED / epochs);
  const few = new data.Loader(labelled, { ...loader, batchSize: LABELLED });
  const losses: number[] = [];
  let [begun, images, steps] = [0, 0, 0];
  const step = method.step.bind(method) as (...given: unknown[]) => distill.StepResult;
  method.step = ((batch: unknown, stage: unknown) => {
    if (++steps === WARM_UP + 1) begun = performance.now();
    const own = isUniform ? BATCH : stage === "distill" ? BATCH + LABELLED : LABELLED;
    if (steps > WARM_UP) images += own;
    return step(batch, stage);
  }) as typeof method.step;
  await fit({
    method: method as distill.CustomKD,
    optimizers: Object.fromEntries(
      method.stages.map(({ name }) => [
        name,
        (params: torch.Tensor[]) => new optim.SGD(params, { lr: 0.01, momentum: 0.9 }),
      ]),
    ) as never,
    batches: (isUniform ? many : data.zipLoaders(few, many)) as data.MixedLoader,
    epochs,
    seed: 1,
    logEvery: asked.logEvery,
    progress: false,
    metrics: {
      log: (record) => void (record.event === "steps" && losses.push(Number(record.loss))),
      retain: () => {},
      flush: () => {},
      close: () => {},
      [Symbol.dispose]: () => {},
    },
  });
  const seconds = (performance.now() - begun) / 1000;
  const state = Object.values(student.stateDict()).flatMap((tensor) =>
    torch.scope(() => Array.from(tensor.detach().to("float64").flatten().data(), Number))
  );
  return { rank, losses, state, imagesPerSecond: images / seconds };
}

const { distributed } = torch;
const came = distributed.isLaunched()
  ? await distributed.withProcessGroup({ timeout: 120 }, ({ rank }) => work(rank))
  : await work(0);
console.log(JSON.stringify(came));
