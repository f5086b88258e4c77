/** 50 steps of each opponent from the same weights and on the same batches as a plain PyTorch twin. */

import { assert } from "@std/assert";
import * as data from "../../src/data/mod.ts";
import * as distill from "../../src/distill/mod.ts";
import * as models from "../../src/models/mod.ts";
import { TokenBackbone } from "../../src/models/parts/token_stages.ts";
import * as nn from "../../src/nn/mod.ts";
import * as optim from "../../src/optim/mod.ts";
import * as teachers from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { device, test } from "../helpers.ts";
import { freeAll, onOneThread } from "./nets.ts";
import { linear, load, part, type Renaming, steps, type Tensors, tolerance } from "./twins.ts";

const classes = 5;
/** What the twins take the mean of. */
const average = "probabilities";

/** Three stages of 8x8, 4x4 and 2x2. */
class Student extends models.Backbone {
  readonly featureDim = 12;
  readonly numClasses = classes;
  readonly stageDims = [6, 8, 12];
  readonly stageReductions: number[] = [];
  readonly convs = [[1, 6], [6, 8], [8, 12]].map(([a, b]) =>
    new nn.Conv2d(a, b, 3, { padding: 1 })
  );
  readonly norms = [6, 8, 12].map((width) => new nn.BatchNorm2d(width));
  readonly head = new nn.Linear(12, classes);
  readonly pool = new nn.MaxPool2d(2);

  override forwardStages(images: torch.Tensor): models.StagedFeatures {
    const stages: torch.Tensor[] = [];
    this.convs.forEach((conv, i) => {
      const x = i === 0 ? images : this.pool.forward(stages[i - 1]);
      stages.push(this.norms[i].forward(conv.forward(x)).relu());
    });
    return { stages, features: stages[2].mean([2, 3]) };
  }
}

/** Three stages of 28x28 tokens. */
class TokenStudent extends TokenBackbone {
  readonly patchSize = 1;
  readonly featureDim = 8;
  readonly numClasses = classes;
  readonly stageDims = [8, 8, 8];
  readonly embed = new nn.Linear(1, 8);
  readonly mixes = [0, 1, 2].map(() => new nn.Linear(8, 8));
  readonly head = new nn.Linear(8, classes);

  protected override run(images: torch.Tensor, stages: torch.Tensor[] = []): torch.Tensor {
    let tokens = this.embed.forward(images.flatten(2).transpose(1, 2));
    for (const mix of this.mixes) {
      tokens = tokens.add(mix.forward(tokens).tanh());
      stages.push(tokens.transpose(1, 2).unflatten(2, [28, 28]));
    }
    return tokens.mean(1);
  }
}

class Teacher extends models.Backbone {
  readonly numClasses = classes;
  readonly stageDims: number[];
  readonly stageReductions: number[] = [];
  readonly conv: nn.Conv2d;
  readonly head: nn.Linear;

  constructor(readonly featureDim: number, stride: number) {
    super();
    this.stageDims = [featureDim];
    this.conv = new nn.Conv2d(1, featureDim, 3, { padding: 1, stride });
    this.head = new nn.Linear(featureDim, classes);
  }

  override forwardStages(images: torch.Tensor): models.StagedFeatures {
    const map = this.conv.forward(images).relu();
    return { stages: [map], features: map.mean([2, 3]) };
  }
}

/** The four teachers, of whom the third does not vote. */
function shelf(start: Tensors): { list: teachers.Teacher[]; networks: Teacher[] } {
  const sizes = [[10, 2], [20, 1], [12, 8], [9, 4]];
  const networks = sizes.map(([width, stride], i) => {
    const model = new Teacher(width, stride).to(device);
    model.loadStateDict(part(start, `teachers.${i}.`));
    return model;
  });
  const list = networks.map((model, i) =>
    i === 2
      ? teachers.descriptive({ name: `d${i}`, model })
      : teachers.predictive({ name: `p${i}`, model })
  );
  return { list, networks };
}

/** How one opponent is set up, and what is loaded into what it trains beside the student. */
interface Set {
  lr?: number;
  /** Whether the first half of each batch has labels. */
  isLabelled?: boolean;
  // deno-lint-ignore no-explicit-any -- some take images without labels only
  make(student: models.Backbone, teachers: teachers.Teacher[]): distill.Method<any>;
  // deno-lint-ignore no-explicit-any
  extra?(method: distill.Method<any>): nn.Module;
  rename?: Renaming;
  /** How many steps are compared, where rounding grows in more of them. */
  steps?: number;
}

/** Trains as the twin did, compares each loss, says how far they are apart, and fails if that is more than rounding. */
function compare(name: string, file: string, own: models.Backbone, set: Set): void {
  const common = load("opponents.safetensors");
  const start = file === "opponents.safetensors" ? common : load(file);
  const student = own.to(device);
  student.loadStateDict(part(start, "student."));
  const { list, networks } = shelf(common);
  const method = set.make(student, list);
  const { losses: expected, ...extra } = part(start, `${name}.`, set.rename);
  set.extra?.(method).loadStateDict(extra);
  const optimizer = new optim.SGD(method.parameters(), { lr: set.lr ?? 0.02, momentum: 0.9 });
  const { images, labels } = start;
  const batches = images.shape[0];
  const differences = (expected.toArray() as number[]).slice(0, set.steps ?? steps).map(
    (loss, step) => {
      using _ = torch.scope();
      const pixels = images.select(0, step % batches);
      const half = pixels.shape[0] / 2;
      const batch = set.isLabelled
        ? new data.MixedBatch(
          new data.LabelledBatch(pixels.narrow(0, 0, half), labels.select(0, step % batches)),
          new data.UnlabelledBatch(pixels.narrow(0, half, half)),
        )
        : new data.UnlabelledBatch(pixels);
      const result = method.step(batch);
      optimizer.zeroGrad();
      result.loss.backward();
      optimizer.step();
      if ((step + 1) % batches === 0) method.endEpoch();
      return Math.abs(result.loss.item() - loss) / Math.abs(loss);
    },
  );
  const worst = Math.max(...differences);
  console.log(
    `${method.name} (${name}): largest relative difference over ${differences.length} steps ${
      worst.toExponential(2)
    }`,
  );
  freeAll(optimizer, method, student, ...networks);
  assert(differences.length === (set.steps ?? steps));
  assert(worst <= tolerance, `${worst} is more than ${tolerance}`);
}

const asRows = (tensors: Tensors): Tensors =>
  Object.fromEntries(
    Object.entries(tensors).map(([key, value]) => [
      key,
      value.shape.length === 4 ? value.flatten(1) : value,
    ]),
  );

const sets: Record<string, Set> = {
  fit_net: {
    isLabelled: true,
    make: (student, teachers) => new distill.FitNet({ student, teachers, average, feature: 10 }),
    extra: (method) => (method as distill.FitNet).projections,
    rename: linear,
  },
  fit_net_map: {
    isLabelled: true,
    make: (student, teachers) =>
      new distill.FitNet({
        student,
        teachers,
        average,
        feature: 10,
        hint: "map",
        distance: "smoothL1",
      }),
    extra: (method) => flattening((method as distill.FitNet).projections),
    rename: [[/^maps\./, ""], ...linear],
  },
  kd: { lr: 0.005, make: (student, teachers) => new distill.KD({ student, teachers, average }) },
  soft_target: {
    lr: 0.005,
    isLabelled: true,
    make: (student, teachers) => new distill.SoftTarget({ student, teachers, average }),
  },
  logit_matching: {
    isLabelled: true,
    make: (student, teachers) => new distill.LogitMatching({ student, teachers }),
  },
  dkd: {
    lr: 0.002,
    isLabelled: true,
    make: (student, teachers) => new distill.DKD({ student, teachers, average, warmUp: 3 }),
  },
  rkd: {
    lr: 0.003,
    make: (student, teachers) => new distill.RKD({ student, teachers, average }),
  },
  vkd: {
    isLabelled: true,
    make: (student, teachers) => new distill.VkD({ student, teachers, average, feature: 4 }),
    extra: (method) => asOurs((method as distill.VkD).projections),
    rename: [[/parametrizations\.weight\.0\./, ""], [
      /parametrizations\.weight\.original/,
      "weight",
    ]],
  },
  ofa: {
    // On some processors a unit of a branch is at 0 up to rounding in step 17, and they part from there.
    steps: 15,
    isLabelled: true,
    make: (student, teachers) =>
      new distill.OFA({ student, teachers, average, eps: [1.5, 1, 1.2, 1.3], temperature: 2 }),
    extra: (method) => (method as distill.OFA).branches,
  },
};

/** Takes kernels of 1x1 as matrices. */
function flattening(modules: nn.ModuleList): nn.Module {
  return { loadStateDict: (state: Tensors) => modules.loadStateDict(asRows(state)) } as nn.Module;
}

/** Takes PyTorch's parametrization: what it trains begins with a diagonal that does not count here. */
function asOurs(modules: nn.ModuleList): nn.Module {
  const loadStateDict = (state: Tensors) =>
    modules.loadStateDict(
      Object.fromEntries(
        Object.entries(state).map(([key, value]) => [
          key,
          key.endsWith("weight") ? torch.zerosLike(value) : value,
        ]),
      ),
    );
  return { loadStateDict } as unknown as nn.Module;
}

for (const [name, set] of Object.entries(sets)) {
  test(`${name}: ${set.steps ?? steps} steps give PyTorch's losses`, () => {
    onOneThread(() => compare(name, "opponents.safetensors", new Student(), set));
  });
}

test("ofa on tokens: 50 steps give PyTorch's losses", () => {
  const student = new TokenStudent();
  student.view = { size: [28, 28], mean: [0], std: [1] };
  const set: Set = {
    make: (student, teachers) => new distill.OFA({ student, teachers, average }),
    extra: (method) => (method as distill.OFA).branches,
    rename: [[/\.(qkv|proj)\./, ".attn.$1."], [/\.(fc[12])\./, ".mlp.$1."]],
  };
  onOneThread(() => compare("ofa", "opponents_tokens.safetensors", student, set));
});
