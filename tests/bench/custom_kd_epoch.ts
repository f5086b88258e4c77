/**
 * Seconds of an epoch of customization and of one of distillation of CustomKD, as `train.fit` runs them: 64 labelled images
 * in batches of 32 beside 512 others in batches of 128, 3x64x64 bytes each, AdamW; peak memory, and each epoch's loss. The
 * teacher looks at every batch (`live`), or what it says was stored before (`stored`). Prints JSON, best of several epochs.
 *
 *     custom_kd_epoch.ts live|stored FOLDER [threads]
 *
 * The folder holds what `custom_kd_epoch.py make` wrote. `main.ts` runs this and its PyTorch twin by turns.
 *
 * @module
 */

import { checkpoints, data, distill, models, optim, teachers, torch, train } from "../../mod.ts";
import { peakMegabytes } from "./peak.ts";

const [what, folder, threads = "2"] = Deno.args;
const [few, batch, turns, classes] = [64, 128, 3, 20];
/** Customization of what is stored takes a millisecond: of many epochs one is undisturbed. */
const inARow = what === "stored" ? 25 : 1;
const view: data.View = {
  size: [64, 64],
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};

/** The weights that both sides begin with. */
function load<M extends Parameters<typeof checkpoints.loadWeights>[0]>(name: string, module: M): M {
  checkpoints.loadWeights(module, `${folder}/${name}.safetensors`);
  return module;
}

const resnet = (name: string, options: { widths: number[]; blocks: number; stride: number }) => {
  const built = new models.SmallResNet({ channels: 3, numClasses: classes, ...options });
  built.view = view;
  return load(name, built);
};

torch.setNumThreads(Number(threads));
const student = resnet("student", { widths: [16, 32, 64], blocks: 1, stride: 2 });
const model = resnet("teacher", { widths: [64, 128, 256], blocks: 2, stride: 4 });

const { images, labels } = torch.loadSafetensors(`${folder}/images.safetensors`);
const classNames = Array.from({ length: classes }, (_, i) => `class ${i}`);
const labelled = new data.ImageDataset({
  images: images.narrow(0, 0, few),
  labels: Array.from(labels.data() as BigInt64Array, Number),
  classNames,
});
const rest = new data.UnlabelledImages(images.narrow(0, few, images.size(0) - few));
const batches = data.zipLoaders(
  new data.Loader(labelled, { batchSize: 32, views: 1 }),
  new data.Loader(rest, { batchSize: batch, views: 1 }),
);

const shelf = new teachers.Shelf([teachers.descriptive({ name: "large", model })]);
const held: Disposable[] = [];
const root = await Deno.makeTempDir();
if (what === "stored") {
  const store = new teachers.Store({ root });
  for (const pixels of [batches.labelled, batches.unlabelled]) {
    // As wide as the twin's, so that losses can be compared; float16 is the default.
    const options = { dtype: "float32" } as const;
    await teachers.fill(store, { teachers: shelf.teachers, pixels, ...options });
    const entries = await teachers.findEntries(store, shelf.teachers, pixels, options);
    held.push(...entries.values());
    shelf.use(pixels, entries);
  }
}

const alternate = { customize: inARow, distill: 1 };
const method = new distill.CustomKD({ student, teacher: shelf, alternate });
load("customization", (method.customizations.at(0) as distill.Projection).output);
load("general", (method.projections.at(0) as distill.Projection).output);
const optimizer = (params: torch.Tensor[]) => new optim.AdamW(params, { lr: 1e-3 });
const result = await train.fit({
  method,
  optimizers: { customize: optimizer, distill: optimizer },
  batches,
  epochs: turns * (inARow + 1),
  progress: false,
});

/** The first epoch of each kind warms up. */
const least = (stage: string) =>
  Math.min(
    ...result.epochs.filter((epoch) => epoch.stage === stage).slice(1).map(({ seconds }) =>
      Number(seconds)
    ),
  );
const megabytes = await peakMegabytes("cpu");
for (const entry of held) entry[Symbol.dispose]();
await Deno.remove(root, { recursive: true });
console.log(JSON.stringify({
  [`${what} teacher, s a customization epoch`]: least("customize"),
  [`${what} teacher, s a distillation epoch`]: least("distill"),
  ...(megabytes !== undefined && { [`${what} teacher, peak MB`]: megabytes }),
  ...Object.fromEntries(
    result.epochs.flatMap(({ stage, loss }, i) =>
      i === 0 || stage === "distill" ? [[`loss of epoch ${i + 1}`, loss]] : []
    ),
  ),
}));
