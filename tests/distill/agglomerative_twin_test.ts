/** 50 steps of agglomerative distillation from the same weights and on the same batches as a plain PyTorch twin. */

import * as data from "../../src/data/mod.ts";
import * as distill from "../../src/distill/mod.ts";
import * as models from "../../src/models/mod.ts";
import * as nn from "../../src/nn/mod.ts";
import * as optim from "../../src/optim/mod.ts";
import * as teachers from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { device, test } from "../helpers.ts";
import { freeAll } from "./nets.ts";
import { bank, compareAll, load, part, placed, train } from "./twins.ts";

const classes = 5;

class Student extends models.Backbone {
  readonly featureDim = 12;
  readonly numClasses = classes;
  readonly stageDims = [12];
  readonly stageReductions: number[] = [];
  readonly conv = new nn.Conv2d(1, 12, 3, { padding: 1 });
  readonly head = new nn.Linear(12, classes);
  readonly pool = new nn.MaxPool2d(2);

  override features(x: torch.Tensor): torch.Tensor {
    return this.forwardStages(x).features;
  }
  override forwardStages(x: torch.Tensor): models.StagedFeatures {
    const map = nn.functional.gelu(this.pool.forward(this.conv.forward(x)));
    return { stages: [map], features: map.mean([2, 3]) };
  }
}

class Master extends nn.Module {
  readonly conv: nn.Conv2d;
  readonly head: nn.Linear;

  constructor(width: number, readonly grid: number | null) {
    super();
    this.conv = new nn.Conv2d(1, width, 3, { padding: 1 });
    this.head = new nn.Linear(width, classes);
  }

  override forward(x: torch.Tensor): torch.Tensor {
    const map = this.conv.forward(x).tanh();
    return this.grid === null ? map : nn.functional.adaptiveAvgPool2d(map, this.grid);
  }

  teacher(name: string, width: number, votes: boolean): teachers.Teacher {
    const see = (x: torch.Tensor) => {
      const map = this.forward(x);
      return { features: map.mean([2, 3]), ...(this.grid !== null && { patches: map }) };
    };
    const facts = { name, featureDim: width, patchDim: this.grid === null ? null : width };
    if (!votes) return teachers.descriptive({ ...facts, features: see });
    const run = (x: torch.Tensor) => {
      const seen = see(x);
      return { ...seen, logits: this.head.forward(seen.features) };
    };
    return teachers.predictive({ ...facts, numClasses: classes, run });
  }
}

const layers = placed({ 0: "norm", 1: "hidden", 3: "output" });

for (const which of ["pooled", "patches"] as const) {
  test(`Agglomerative, ${which}: 50 steps give PyTorch's losses`, () => {
    const start = load(`agglomerative_${which}.safetensors`);
    const student = new Student().to(device);
    student.loadStateDict(part(start, "student."));
    const widths = [10, 14, 10, 9];
    const masters = widths.map((width, i) => {
      const master = new Master(width, [2, 5][i] ?? null).to(device);
      master.loadStateDict(part(start, `teachers.${i}.`));
      return master;
    });
    const method = new distill.Agglomerative({
      student,
      teachers: masters.map((master, i) => master.teacher(`t${i}`, widths[i], i % 2 === 0)),
      patches: which === "patches" ? 1 : 0,
      standardize: "batch",
      head: { shape: "mlp", hidden: 16 },
      kd: 0.5,
      labelled: 2,
      temperature: 2,
      average: "probabilities",
    });
    for (const [i, places] of [[0, 2], [1], [3]].entries()) {
      method.heads.banks.at(i).loadStateDict(bank(start, "heads.", places, layers));
    }
    for (const [i, own] of [...method.patchHeads?.heads.banks ?? []].entries()) {
      own.loadStateDict(bank(start, "patchHeads.", [i], layers));
    }
    const optimizer = new optim.AdamW(method.parameters(), { lr: 2e-3 });
    const names = ["feature", "kd", "labelled"];
    const batchOf = (step: number) => {
      const images = start.images.select(0, step % 4);
      const half = images.size(0) / 2;
      const labelled = new data.LabelledBatch(
        images.narrow(0, 0, half),
        start.labels.select(0, step % 4),
      );
      const others = new data.UnlabelledBatch(images.narrow(0, half, half));
      torch.manualSeed(step);
      return new data.MixedBatch(labelled, others);
    };
    const trained = train(method, optimizer, batchOf, names);
    compareAll(`Agglomerative, ${which}`, trained, names, start);
    freeAll(optimizer, method, student, ...masters);
  }, { ignore: device !== "cpu" }); // another device draws other numbers
}
