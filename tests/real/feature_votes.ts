/**
 * When a vote on features beats their plain mean: teachers that see a latent of 16 dimensions through networks of their own,
 * some of them contradicting the others, and a student that learns from their features alone. Printed is R² of the latent
 * from the student's features, by least squares on images that were not learned from, over seeds.
 *
 *     deno run -A tests/real/feature_votes.ts [--seeds=3] [--threads=1]
 *
 * A teacher that contradicts says of each image what belongs to another one ("others' images"), or has the sign of half of
 * the latent turned round ("turned").
 *
 * @module
 */

import { data, distill, nn, optim, teachers, torch } from "../../mod.ts";
import { spread } from "../../src/report/spread.ts";
import { formatTable, type TableRow } from "../../src/report/table.ts";
import { option } from "./option.ts";

const [latent, seen, width, features] = [16, 64, 48, 32];
const [images, batch, steps] = [4096, 128, 800];
const learned = 3072;

/** Who teaches. */
interface Setting {
  readonly teachers: number;
  /** How many of them contradict the others, and how. */
  readonly contrary?: { readonly count: number; readonly by: "others' images" | "turned" };
  /** How much larger the features of the first teacher are. */
  readonly loud?: number;
}

const SETTINGS: readonly Setting[] = [
  { teachers: 3 },
  { teachers: 9 },
  { teachers: 31 },
  { teachers: 9, contrary: { count: 3, by: "others' images" } },
  { teachers: 31, contrary: { count: 10, by: "others' images" } },
  { teachers: 9, contrary: { count: 3, by: "turned" } },
  { teachers: 31, contrary: { count: 12, by: "turned" } },
  { teachers: 9, loud: 20 },
];

const alone = { alpha1: 0, alpha2: 0, beta1: 1, beta2: 0.1, beta3: 1 } as const;
type Make = (learners: distill.Learners) => distill.Method<data.UnlabelledBatch>;
const uniform = (options: distill.UniformSettings): Make => (learners) =>
  new distill.Uniform({ ...learners, ...alone, ...options });
const METHODS: Readonly<Record<string, Make>> = {
  "vote, literal": uniform(distill.UNIFORM_LITERAL),
  "vote": uniform({}),
  "mean": uniform({ featureVoting: false }),
  "vote, MLPs": uniform({ encoder: "mlp" }),
  "mean, MLPs": uniform({ encoder: "mlp", featureVoting: false }),
  // The proportion that the defaults have.
  "vote, beta3 4": uniform({ beta3: 4 }),
  "agglomerative": (of) => new distill.Agglomerative({ ...of }),
};

class Student extends nn.Classifier {
  readonly featureDim = features;
  readonly numClasses = 2;
  readonly body = new nn.Sequential(
    new nn.Linear(seen, 128),
    new nn.ReLU(),
    new nn.Linear(128, features),
  );
  readonly head = new nn.Linear(features, 2);
  override features(x: torch.Tensor): torch.Tensor {
    return this.body.forward(x.flatten(1).sub(0.5).mul(4));
  }
}

/** What teachers say of all images, and what the student sees of them. */
function world({ teachers: n, contrary, loud = 1 }: Setting) {
  const z = torch.randn([images, latent]);
  const waves = z.matmul(torch.randn([latent, seen])).div(4).tanh()
    .add(torch.randn([images, seen]).mul(0.1));
  const pixels = waves.add(1.5).mul(85).clamp(0, 255).to("uint8").reshape([images, 1, 8, 8]);
  const half = torch.cat([torch.full([latent / 2], -1), torch.ones([latent / 2])]);
  const said = Array.from({ length: n }, (_, i) => {
    const isContrary = i >= n - (contrary?.count ?? 0);
    const own = !isContrary
      ? z
      : contrary!.by === "turned"
      ? z.mul(half)
      : z.indexSelect(0, torch.randperm(images));
    return own.matmul(torch.randn([latent, width])).div(4).tanh()
      .add(torch.randn([images, width]).mul(0.3)).mul(i === 0 ? loud : 1);
  });
  return { z, pixels, said };
}

/** R² of the latent from the student's features, on images that were not learned from. */
function quality(student: Student, z: torch.Tensor, pixels: torch.Tensor): number {
  return torch.noGrad(() => {
    const x = torch.cat(
      [student.features(pixels.to("float32").div(255)), torch.ones([images, 1])],
      1,
    ).to("float64");
    const target = z.to("float64");
    const of = (all: torch.Tensor, from: number, to: number) => all.narrow(0, from, to - from);
    const [a, b] = [of(x, 0, learned), of(target, 0, learned)];
    const ridge = torch.eye(features + 1, { dtype: "float64" }).mul(1e-6);
    const map = torch.linalgSolve(a.t().matmul(a).add(ridge), a.t().matmul(b));
    const truth = of(target, learned, images);
    const rest = of(x, learned, images).matmul(map).sub(truth).square().sum();
    return 1 - rest.div(truth.sub(truth.mean(0)).square().sum()).item();
  });
}

async function measure(setting: Setting, make: Make, seed: number) {
  torch.manualSeed(seed);
  const { z, pixels, said } = torch.scope(() => world(setting));
  const list = said.map((_, i) =>
    teachers.descriptive({
      name: `${i}`,
      featureDim: width,
      features: () => {
        throw new Error("What is stored is not asked for.");
      },
    })
  );
  const shelf = new teachers.Shelf(list);
  const loader = new data.Loader(
    new data.UnlabelledImages(torch.scope(() => pixels.narrow(0, 0, learned).clone())),
    { batchSize: batch, shuffle: true, seed },
  );
  const rows = (all: torch.Tensor) => (_: number, indices: Int32Array) => ({
    features: all.indexSelect(0, torch.tensor([...indices], { dtype: "int64" })),
  });
  shelf.use(loader, new Map(said.map((all, i) => [`${i}`, { rows: rows(all) }])));
  const student = new Student();
  const method = make({ student, teachers: shelf });
  await method.prepare(loader, { progress: false });
  const optimizer = new optim.AdamW(method.parameters(), { lr: 3e-3, weightDecay: 0.01 });
  const schedule = new optim.OneCycle(optimizer, { maxLr: 3e-3, totalSteps: steps });
  for (let step = 0, epoch = 0; step < steps; epoch++) {
    if (method instanceof distill.Uniform) method.resetVotes();
    for (using part of loader.epoch(epoch) as Iterable<data.UnlabelledBatch>) {
      if (step++ === steps) break;
      using _ = torch.scope();
      method.step(part).loss.backward();
      optimizer.step();
      optimizer.zeroGrad();
      schedule.step();
    }
  }
  const votes = method instanceof distill.Uniform ? method.votes().consensus : [];
  const found = torch.scope(() => quality(student.eval(), z, pixels));
  for (const owned of [z, pixels, ...said]) owned.dispose();
  for (const owned of [optimizer, method, student]) owned[Symbol.dispose]();
  return {
    found,
    consensus: votes.reduce((sum, { agreement }) => sum + agreement, 0) / votes.length,
  };
}

torch.setNumThreads(option("threads", 1));
const seeds = Array.from({ length: option("seeds", 3) }, (_, i) => i);
const rows: TableRow[] = [];
for (const setting of SETTINGS) {
  const { teachers: n, contrary, loud } = setting;
  const name = `${n}` + (contrary ? `, ${contrary.count} ${contrary.by}` : "") +
    (loud ? `, one ${loud} times as loud` : "");
  const cells: string[] = [];
  for (const [title, make] of Object.entries(METHODS)) {
    const all: number[] = [];
    let consensus = 0;
    for (const seed of seeds) {
      const one = await measure(setting, make, seed);
      all.push(one.found);
      consensus += one.consensus / seeds.length;
    }
    const { mean, deviation } = spread(all);
    cells.push(`${mean.toFixed(3)} ± ${deviation.toFixed(3)}`);
    const signs = Number.isNaN(consensus) ? "" : `, consensus ${consensus.toFixed(3)}`;
    console.log(`${name}: ${title} ${cells.at(-1)}${signs}`);
  }
  rows.push({ cells: [name, ...cells] });
}
console.log(formatTable({
  title: "R² of the latent from the student's features",
  columns: ["teachers", ...Object.keys(METHODS)].map((title) => ({ title })),
  rows,
}));
