/**
 * Trains methods on the pretended card with steps that are recorded, and without, and prints as JSON how far apart the weights are
 * and how many steps were replayed.
 *
 * @module
 */

import { graphs, takeWaits } from "./engine.ts";

const torch = await import("../../../src/torch/mod.ts");
const data = await import("../../../src/data/mod.ts");
const optim = await import("../../../src/optim/mod.ts");
const models = await import("../../../src/models/mod.ts");
const teachers = await import("../../../src/teachers/mod.ts");
const { METHODS } = await import("../../../src/runs/methods.ts");
const { fit } = await import("../../../src/train/fit.ts");

const device = "cuda";
const classNames = ["a", "b", "c"];
const only = Deno.args;

function network(widths: number[], numClasses = 3) {
  const made = new models.SmallCnn({ numClasses, widths });
  made.view = { size: [8, 8], mean: [0.4], std: [0.3] };
  return made.to(device);
}

interface Setting {
  options?: object;
  fit?: object;
  stored?: boolean;
  /** Whether every step waits for the card, which cannot be recorded. */
  waits?: boolean;
}

const settings: Record<string, Setting> = {
  "Supervised": { fit: { clipNorm: 1, ema: { decay: 0.9 } } },
  "Supervised, waiting": { waits: true },
  "UNIFORM": {},
  "UNIFORM, stored": { stored: true },
  "UNIFORM, float16": { fit: { autocast: "float16" } },
  "DKD": { options: { warmUp: 2 } },
  "CFL": {},
  "Agglomerative": {},
  "CustomKD": {},
};

async function train(title: string, captured: boolean) {
  const { options = {}, stored = false, waits = false, fit: own = {} } = settings[title];
  const name = title.split(",")[0];
  torch.manualSeed(1);
  const { make, needs } = METHODS[name];
  const student = network([4, 6, 8]);
  const networks = [network([4, 6]), network([3, 4])];
  const all = [
    teachers.predictive({ name: "one", model: networks[0], classNames }),
    teachers.descriptive({ name: "other", model: networks[1] }),
  ];
  const shelf = new teachers.Shelf(
    name === "Supervised" ? [] : name === "CustomKD" ? all.slice(0, 1) : all,
  );
  const method = make(student, shelf, options);
  if (waits) {
    const step = method.step.bind(method);
    method.step = (...given) => {
      const made = step(...given);
      made.loss.item();
      return made;
    };
  }
  const images = torch.randint(0, 256, [22, 1, 10, 10], { dtype: "uint8" });
  const labels = Array.from({ length: 22 }, (_, i) => i % 3);
  using set = new data.ImageDataset({ images, labels, classNames });
  using rest = set.unlabelled();
  const loading = {
    batchSize: 4,
    shuffle: true,
    transform: data.randomCrop(1),
    device,
    seed: 3,
  } as const;
  const given = new data.Loader(set, loading);
  const others = new data.Loader(rest, loading);
  const batches = needs.images === "unlabelled"
    ? others
    : needs.images === "some labelled"
    ? data.zipLoaders(given, others)
    : given;
  if (stored) {
    const table = torch.keep(torch.randn([22, 16]));
    shelf.use(
      others,
      new Map(all.map(({ name, featureDim, kind }) => [name, {
        rows: (_: number, indices: Int32Array) => {
          const rows = table.indexSelect(0, torch.tensor([...indices], { dtype: "int64" }));
          return {
            features: rows.narrow(1, 0, featureDim).contiguous(),
            ...(kind === "predictive" && { logits: rows.narrow(1, 10, 3).contiguous() }),
          };
        },
      }])),
    );
  }
  await method.prepare(batches, { progress: false });
  let recorded = 0;
  let replayed = 0;
  const engine: typeof graphs = {
    warm: graphs.warm,
    record(body) {
      const { result, graph } = graphs.record(body);
      recorded++;
      return {
        result,
        graph: {
          replay() {
            replayed++;
            graph.replay();
          },
          [Symbol.dispose]: () => graph[Symbol.dispose](),
        },
      };
    },
  };
  const adam = (params: InstanceType<typeof torch.Tensor>[]) =>
    new optim.AdamW(params, { lr: 1e-2 });
  const falling = (optimizer: InstanceType<typeof optim.AdamW>, steps: number) =>
    new optim.CosineAnnealing(optimizer, { steps });
  const common = {
    batches: batches as never,
    epochs: 4,
    progress: false,
    logEvery: 1000,
    ...(captured && { capture: true, engine }),
    ...own,
  };
  const stages = method.stages.map((stage) => stage.name);
  const by = <T>(value: T) => Object.fromEntries(stages.map((stage) => [stage, value]));
  const { epochs } =
    await (stages.length > 1
      ? fit({ method: method as never, optimizers: by(adam), schedules: by(falling), ...common })
      : fit({ method: method as never, optimizer: adam, schedule: falling, ...common }));
  const weights = Object.values(method.stateDict()).map((one) =>
    Array.from(one.cpu().double().flatten().data() as Float64Array)
  );
  for (const one of [method, student, ...networks]) one.dispose();
  return { weights, losses: epochs.map(({ loss }) => Number(loss)), recorded, replayed };
}

const results: Record<string, object> = {};
for (const title of Object.keys(settings)) {
  if (only.length > 0 && !only.includes(title)) continue;
  const [expected, actual] = [await train(title, false), await train(title, true)];
  takeWaits();
  let apart = 0;
  expected.weights.forEach((one, i) =>
    one.forEach((value, j) => apart = Math.max(apart, Math.abs(value - actual.weights[i][j])))
  );
  expected.losses.forEach((loss, i) => apart = Math.max(apart, Math.abs(loss - actual.losses[i])));
  results[title] = { apart, recorded: actual.recorded, replayed: actual.replayed };
}
console.log(JSON.stringify(results));
