/**
 * Trains every method for two epochs on the pretended card, and prints as JSON what the processor waited for within the steps,
 * by method. With the names of cases as arguments, prints where that is.
 *
 * @module
 */

import { forbidWaits, takeWaits } from "./engine.ts";

const torch = await import("../../../src/torch/mod.ts");
const data = await import("../../../src/data/mod.ts");
const optim = await import("../../../src/optim/mod.ts");
const models = await import("../../../src/models/mod.ts");
const teachers = await import("../../../src/teachers/mod.ts");
const { uploadAll } = await import("../../../src/data/upload.ts");
const { METHODS } = await import("../../../src/runs/methods.ts");
const { fit } = await import("../../../src/train/fit.ts");

const device = "cuda";
const classNames = ["a", "b", "c"];
const count = 24;

/** The options that make methods do all they can; several sets of them where that takes several. */
const cases: Record<string, Record<string, unknown>[]> = {
  UNIFORM: [{}, { standardize: "running", weights: [1, 2, 3], featureTies: "zero" }],
  FitNet: [{ feature: 1 }, { feature: 1, hint: "map", projection: "mlp" }],
  OFA: [{ eps: 1.5 }],
  DKD: [{ warmUp: 2 }],
  CFL: [{}],
};

const trainings: Record<string, object> = {
  plain: {},
  clipped: { clipNorm: 1, ema: { decay: 0.9 }, accumulate: 2 },
  bfloat16: { autocast: "bfloat16" },
  stored: {},
  float16: { autocast: "float16", clipNorm: 1, ema: { decay: 0.9 } },
};

function network(widths: number[], numClasses = 3) {
  const made = new models.SmallCnn({ numClasses, widths });
  made.view = { size: [8, 8], mean: [0.4], std: [0.3] };
  return made.to(device);
}

function imagesOf() {
  const images = torch.randint(0, 256, [count, 1, 10, 10], { dtype: "uint8" });
  const labels = Array.from({ length: count }, (_, i) => i % 3);
  return new data.ImageDataset({ images, labels, classNames });
}

const transform = data.compose(
  data.randomCrop(1),
  data.randomHorizontalFlip(),
  data.colorJitter({ brightness: 0.3, contrast: 0.3 }),
  data.randomResizedCrop(8),
);

/** Batches that tell what was waited for between two of them. */
// deno-lint-ignore no-explicit-any -- batches of any kind
function watched(loader: any, note: (waits: object) => void) {
  return {
    length: loader.length,
    async *epoch(epoch: number, options?: { from?: number }) {
      let place = options?.from ?? 0;
      for await (const batch of loader.epoch(epoch, options)) {
        // The first step of a run looks around, and the last of an epoch makes a record.
        const waits = takeWaits();
        if (place > 2 || (epoch > 0 && place > 0)) note(waits);
        place++;
        yield batch;
      }
    },
  };
}

async function train(name: string, options: object, training: object, forbid: boolean) {
  torch.manualSeed(1);
  const { make, needs } = METHODS[name];
  const student = network([4, 6, 8], name === "Rotation" ? 4 : 3);
  const networks = [network([4, 6]), network([5, 8]), network([3, 4])];
  const all = [
    teachers.predictive({ name: "one", model: networks[0], classNames }),
    teachers.predictive({
      name: "partial",
      featureDim: 8,
      numClasses: 2,
      run: (images) => {
        const features = networks[1].features(images);
        return { features, logits: features.narrow(1, 0, 2) };
      },
      classes: [0, 2],
      labelSpace: 3,
      view: networks[1].view!,
    }),
    teachers.descriptive({ name: "other", model: networks[2] }),
  ];
  const shelf = new teachers.Shelf(
    name === "Rotation" || name === "Supervised" ? [] : name === "CustomKD"
      ? all.slice(0, 1)
      // These want teachers of all classes, or with maps.
      : name === "LogitMatching" || "hint" in options
      ? [all[0], all[2]]
      : all,
  );
  const method = make(student, shelf, options);
  const set = imagesOf();
  const rest = set.unlabelled();
  const options1 = { batchSize: 4, shuffle: true, transform, device, seed: 3 } as const;
  const given = new data.Loader(set, options1);
  const others = new data.Loader(rest, options1);
  const loader = needs.images === "labelled"
    ? given
    : needs.images === "unlabelled"
    ? others
    : data.zipLoaders(given, others);
  if (training === trainings.stored) {
    const rows = (width: number) => (_: number, indices: Int32Array) =>
      torch.tensor(Float32Array.from(indices, Math.sqrt)).unsqueeze(1).expand([
        indices.length,
        width,
      ])
        .add(0);
    shelf.use(
      others,
      new Map(all.map(({ name, featureDim, kind }) => [name, {
        rows: (variant: number, indices: Int32Array) => ({
          features: rows(featureDim)(variant, indices),
          ...(kind === "predictive" && { logits: rows(3)(variant, indices) }),
        }),
      }])),
    );
  }
  await method.prepare(loader, { progress: false });
  const found: Record<string, number> = {};
  const batches = watched(loader, (waits) => {
    for (const [what, times] of Object.entries(waits)) found[what] = (found[what] ?? 0) + times;
  });
  const make1 = (params: InstanceType<typeof torch.Tensor>[]) =>
    new optim.AdamW(params, { lr: 1e-3 });
  const common = { batches, epochs: 2, progress: false, logEvery: 1000, ...training };
  if (forbid) {
    using batch = await loader.batch(0, 0);
    forbidWaits(() => torch.scope(() => void method.step(batch as never, method.stages[0].name)));
  }
  const stages = method.stages.map((stage) => stage.name);
  await (stages.length > 1
    ? fit({
      method: method as never,
      optimizers: Object.fromEntries(stages.map((stage) => [stage, make1])),
      ...common,
      epochs: 4,
    })
    : fit({ method: method as never, optimizer: make1, ...common }));
  for (const one of [method, student, ...networks, set, rest]) one.dispose();
  return found;
}

const only = Deno.args.filter((one) => !one.startsWith("-"));
/** Without the kinds of training that differ little from others. */
const isQuick = Deno.args.includes("--quick");
/** Throws unless what is sent together arrives as it was, on the card, without a wait. */
function checkUploads(): void {
  takeWaits();
  torch.scope(() => {
    const sent = [
      torch.randn([3, 5]),
      torch.randn([130]),
      torch.arange(7),
      torch.randn([4, 6]).t(),
      torch.ones([2], { device }),
    ];
    const there = uploadAll(sent, device);
    const waits = takeWaits();
    if (Object.keys(waits).length > 0) throw new Error(JSON.stringify(waits));
    there.forEach((one, i) => {
      const same = one.device === sent[4].device && one.dtype === sent[i].dtype &&
        JSON.stringify(one.toArray()) === JSON.stringify(sent[i].toArray());
      if (!same) throw new Error(`Tensor ${i} of those sent together is not what it was.`);
    });
  });
}

/** One of each kind that is to be seen. */
function control(): object {
  takeWaits();
  torch.scope(() => {
    const x = torch.ones([2], { device });
    x.sum().item();
    x.index(x.gt(0));
    torch.ones([2]).to(device);
  });
  return takeWaits();
}

checkUploads();
const results: Record<string, object> = { control: control() };
for (const name of Object.keys(METHODS)) {
  if (only.length > 0 && !only.includes(name)) continue;
  for (const [i, options] of (cases[name] ?? [{}]).entries()) {
    for (const [training, settings] of Object.entries(trainings)) {
      if (isQuick && ["clipped", "bfloat16"].includes(training)) continue;
      if (training !== "plain" && i > 0 || training === "stored" && name !== "UNIFORM") continue;
      const title = `${name}${i > 0 ? ` ${i}` : ""}, ${training}`;
      try {
        results[title] = await train(name, options, settings, only.length > 0);
      } catch (error) {
        results[title] = { error: (error as Error).stack! };
        if (only.length > 0) throw error;
      }
    }
  }
}
console.log(JSON.stringify(results, null, 1));
