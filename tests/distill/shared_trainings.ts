/** Short trainings with every method, by one process or by one of several: all are to come to the same numbers. */

import * as data from "../../src/data/mod.ts";
import * as distill from "../../src/distill/mod.ts";
import * as models from "../../src/models/mod.ts";
import * as nn from "../../src/nn/mod.ts";
import * as optim from "../../src/optim/mod.ts";
import * as teachers from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { freeAll, SmallNet } from "./nets.ts";

const CLASSES = 4;
/** How many steps each training has. */
export const STEPS = 10;
const float64 = "float64";

/** Images of random numbers in float64, some of them with labels. */
class Pictures<B extends data.Batch> implements data.Dataset<B> {
  readonly #pixels: torch.Tensor;
  readonly #batch: (pixels: torch.Tensor, indices: torch.Tensor) => B;

  constructor(readonly length: number, make: (pixels: torch.Tensor, indices: torch.Tensor) => B) {
    this.#pixels = torch.rand([length, 1, 8, 8], { dtype: float64 });
    this.#batch = make;
  }

  batch(places: Int32Array): B {
    const indices = torch.tensor(places).to("int64");
    return this.#batch(this.#pixels.indexSelect(0, indices), indices);
  }
}

const unlabelled = (count: number) =>
  new Pictures(count, (pixels, indices) => new data.UnlabelledBatch(pixels, indices));

/** Labels that are passed over where `gaps` is true. */
const labelled = (count: number, gaps = false) =>
  new Pictures(count, (pixels, indices) => {
    const labels = indices.remainder(CLASSES);
    const some = gaps ? labels.maskedFill(indices.remainder(5).eq(0), -100) : labels;
    return new data.LabelledBatch(pixels, some, indices);
  });

const options = {
  shuffle: true,
  seed: 3,
  transform: data.compose(data.randomCrop(1), data.randomHorizontalFlip()),
};

/** Three batches of an epoch, the last one odd: no number of processes shares that. */
const many = () => new data.Loader(unlabelled(21), { ...options, batchSize: 8 });
const few = (gaps = false) =>
  new data.Loader(labelled(11, gaps), {
    ...options,
    batchSize: 4,
    strong: data.randomErasing(),
  });
const both = () => data.zipLoaders(few(), many());

type Batches =
  | data.Loader<data.UnlabelledBatch>
  | data.Loader<data.LabelledBatch>
  | data.MixedLoader;

/** What is trained. */
interface Training {
  method: distill.Method;
  batches: Batches;
}

function student(numClasses = CLASSES): models.SmallCnn {
  return new models.SmallCnn({ channels: 1, numClasses, widths: [4, 6] }).to(float64);
}

/** A teacher with a map, another one of all classes, two that know some, and one that does not vote. */
function masters(): Record<"map" | "flat" | "low" | "high" | "plain", teachers.Teacher> {
  const net = (width: number, classes: number) => new SmallNet(64, width, classes).to(float64);
  const map = new models.SmallCnn({ channels: 1, numClasses: CLASSES, widths: [3, 5] });
  const low = net(5, 2);
  const knowing = (name: string, model: nn.Classifier, classes: number[]) =>
    teachers.predictive({ name, model, classes, labelSpace: CLASSES });
  return {
    map: teachers.predictive({ name: "map", model: map.to(float64) }),
    flat: teachers.predictive({ name: "flat", model: net(5, CLASSES) }),
    low: knowing("low", low, [0, 1]),
    high: knowing("high", net(7, 3), [1, 2, 3]),
    plain: teachers.descriptive({ name: "plain", model: net(5, 2) }),
  };
}

type Make = (m: ReturnType<typeof masters>) => Training;

/** Methods of several stages, or of one kind of batch, are of other types. */
const taught = (
  method: (given: distill.Learners) => unknown,
  batches: () => Batches,
  who: (m: ReturnType<typeof masters>) => teachers.Teacher[],
): Make =>
(m) => ({
  method: method({ student: student(), teachers: who(m) }) as distill.Method,
  batches: batches(),
});

const voters = (m: ReturnType<typeof masters>) => [m.map, m.flat];
const all = (m: ReturnType<typeof masters>) => [m.map, m.flat, m.plain];
const partial = (m: ReturnType<typeof masters>) => [m.flat, m.low, m.high];
const custom = (settings: distill.CustomKDSettings): Make =>
  taught(
    ({ student, teachers }) => new distill.CustomKD({ student, teacher: teachers, ...settings }),
    both,
    all,
  );

/** The images' features are to be as those of the teachers, and as unlike each other as can be, by a map that learns. */
class Own extends distill.Method {
  static override readonly needs: distill.Needs = { images: "any" };
  readonly before = new nn.Linear(6, 5).to(float64);
  readonly after = new nn.Linear(5, 5).to(float64);

  protected override lesson(seen: distill.Seen, terms: distill.Terms): void {
    const mine = this.before.forward(seen.student.features);
    terms.add("near", 1, () => nn.functional.mseLoss(mine, seen.opinions.of("flat").features));
    terms.add("unlike", 0.5, () => {
      const [all, theirs] = seen.gathered([mine, this.after.forward(mine).mul(2)]);
      const rows = this.after.forward(all).add(theirs);
      return rows.matmul(rows.t()).softmax(1).diagonal().log().mean();
    });
    terms.add("many", 0.1, () => {
      const far = mine.detach().norm(2, 1).gt(1).to(float64);
      return mine.square().sum(1).mul(far).sum().div(seen.averaged(far.sum()).clampMin(1e-9));
    });
  }
}

/** The trainings, by name. */
export const TRAININGS: Readonly<Record<string, Make>> = {
  "Agglomerative": taught(
    (given) => new distill.Agglomerative({ ...given, patches: 1, standardize: "running" }),
    both,
    all,
  ),
  "Agglomerative, unlabelled": taught((given) => new distill.Agglomerative(given), many, all),
  "CFL": taught((given) => new distill.CFL({ ...given, mmd: 1, commonDim: 3 }), both, all),
  "CFL+": taught((given) => new distill.CFLPlus({ ...given, standardize: "batch" }), many, all),
  "CustomKD": custom({ standardize: "running", entropyThreshold: 0.26 }),
  "CustomKD, predictions": custom({
    vote: false,
    weights: { logit: 1 },
    logit: { target: "teacher", loss: "dkd" },
  }),
  "DKD": taught((given) => new distill.DKD({ ...given, warmUp: 3 }), both, voters),
  "FitNet": taught(
    (given) => new distill.FitNet({ ...given, standardize: "dataset", feature: 1 }),
    both,
    all,
  ),
  "FitNet, maps": taught(
    (given) => new distill.FitNet({ ...given, hint: "map", feature: 1 }),
    many,
    (m) => [m.map],
  ),
  "KD": taught((given) => new distill.KD({ ...given, partial: "abstain" }), many, partial),
  "LogitMatching": taught((given) => new distill.LogitMatching(given), both, voters),
  "OFA": taught((given) => new distill.OFA({ ...given, eps: 1.5 }), both, voters),
  "Own": taught((given) => new Own(given), both, all),
  "RKD": taught((given) => new distill.RKD(given), both, all),
  "Rotation": taught(() => new distill.Rotation(student()), many, () => []),
  "SoftTarget": taught(
    (given) => new distill.SoftTarget({ ...given, partial: "concatenated" }),
    both,
    partial,
  ),
  "Supervised": taught(
    ({ student }) => new distill.Supervised(student, { labelSmoothing: 0.1 }),
    () => few(true),
    () => [],
  ),
  "Uniform": taught((given) => new distill.Uniform(given), many, all),
  "Uniform, parts": taught(
    (given) =>
      new distill.Uniform({
        ...given,
        standardize: "phis",
        partial: "abstain",
        threshold: "classShare",
        confidence: "energy",
      }),
    many,
    partial,
  ),
  "VkD": taught((given) => new distill.VkD(given), both, all),
};

/** What a training came to. */
export interface Came {
  /** The loss of each step, and its terms. */
  losses: number[];
  terms: Record<string, number>[];
  /** Gradients of the first step of each stage, and of the last step; of a batch that is whole, too. */
  gradients: Record<string, number[]>[];
  /** What `endEpoch` told. */
  told: Record<string, number | readonly number[]>[];
  /** Parameters and buffers after one step, and at the end. */
  states: Record<string, number[]>[];
}

const numbers = (tensor: torch.Tensor): number[] =>
  torch.scope(() => Array.from(tensor.detach().to(float64).cpu().flatten().data() as Float64Array));

const { distributed } = torch;

/** Trains by a method for some steps, in this process alone or in one of several. */
export async function train(name: string, share: data.Share | null): Promise<Came> {
  torch.manualSeed(7);
  using made = new DisposableStack();
  const who = masters();
  for (const { model } of Object.values(who)) if (model) made.defer(() => model.dispose());
  const { method, batches: whole } = TRAININGS[name](who);
  made.defer(() => freeAll(method, method.student));
  const batches = share === null ? whole : whole.share(share);
  const came: Came = { losses: [], terms: [], gradients: [], told: [], states: [] };
  method.meet(batches);
  await method.prepare(batches, { progress: false });
  method.train();
  const shared = (value: torch.Tensor): number =>
    torch.scope(() => {
      const own = value.detach().clone();
      return share === null ? own.item() : distributed.allReduce(own).div(share.size).item();
    });
  const state = (): Record<string, number[]> => {
    method.joinCounts();
    return Object.fromEntries(
      Object.entries(method.stateDict()).map(([key, value]) => [key, numbers(value)]),
    );
  };
  const stages = method.stages.map(({ name, images, learns }) => ({
    name,
    images,
    optimizer: made.use(new optim.SGD(learns(), { lr: 0.02, momentum: 0.9 })),
    reducer: share === null ? null : made.use(new distributed.Reducer(learns())),
    looked: false,
  }));
  let steps = 0;
  for (let epoch = 0; steps < STEPS; epoch++) {
    const stage = stages.find(({ name }) => name === method.stageOf(epoch))!;
    const epochs = stage.images === "labelled" && batches instanceof data.MixedLoader
      ? batches.labelledEpoch(epoch)
      : batches.epoch(epoch);
    for (using batch of epochs as Iterable<data.LabelledBatch>) {
      torch.scope(() => {
        const { loss, terms } = method.step(batch, stage.name);
        stage.reducer?.prepareForBackward(loss);
        loss.backward();
        came.losses.push(shared(loss));
        came.terms.push(
          Object.fromEntries(Object.entries(terms).map(([key, value]) => [key, shared(value)])),
        );
        if (!stage.looked || steps + 1 === STEPS || batch.wholeLength % 2 === 1) {
          came.gradients.push(Object.fromEntries(
            method.namedParameters().flatMap(([key, { grad }]) =>
              grad === null ? [] : [[key, numbers(grad)]]
            ),
          ));
        }
        stage.looked = true;
        stage.optimizer.step();
        for (const { optimizer } of stages) optimizer.zeroGrad();
      });
      steps++;
      if (steps === 1) came.states.push(state());
      if (steps === STEPS) break;
    }
    came.told.push(method.endEpoch());
  }
  came.states.push(state());
  return came;
}
