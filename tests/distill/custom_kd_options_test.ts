/** CustomKD's options beside the equations: turns, heads, predictions, sure images, standardized features, several teachers. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { ArgumentError, TrainingError } from "../../src/base/errors.ts";
import * as data from "../../src/data/mod.ts";
import * as distill from "../../src/distill/mod.ts";
import * as nn from "../../src/nn/mod.ts";
import * as optim from "../../src/optim/mod.ts";
import * as teachers from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { fit } from "../../src/train/fit.ts";
import { assertClose, device, test } from "../helpers.ts";
import { classesOf, freeAll, images, onOneThread, SmallNet } from "./nets.ts";

const widths = [9, 7];

function setUp(options: Partial<distill.CustomKDOptions> = {}, count = 1) {
  torch.manualSeed(21);
  const student = new SmallNet(6, 5, 4);
  const models = widths.slice(0, count).map((width) => new SmallNet(6, width, 4, "relu"));
  const list = models.map((model, i) => teachers.predictive({ name: `t${i}`, model }));
  const method = new distill.CustomKD({
    student,
    teacher: list,
    standardize: "none",
    ...options,
  });
  const labelled = new data.LabelledBatch(images(4), classesOf([0, 1, 3, 2]));
  const unlabelled = new data.UnlabelledBatch(images(6));
  const x = torch.cat([labelled.images, unlabelled.images]);
  return {
    ...{ method, student, models, labelled, x },
    both: new data.MixedBatch(labelled, unlabelled),
    customized: (i: number) =>
      method.customizations.at(i).forward(models[i].features(x)) as torch.Tensor,
    refuse: (wrong: Partial<distill.CustomKDOptions>, part: string) =>
      void assertThrows(
        () => new distill.CustomKD({ student, teacher: list, ...wrong }),
        ArgumentError,
        part,
      ),
    free: () => freeAll(method, student, ...models),
  };
}

const only = (weights: distill.CustomKDWeights): distill.CustomKDWeights => ({
  ...{ customized: 0, general: 0, labelled: 0, entropy: 0 },
  ...weights,
});

test("stages take turns n to m, or the first comes once", () => {
  const turns = (alternate: distill.CustomKDSettings["alternate"], epochs = 8) => {
    const { method, free } = setUp({ alternate });
    const said = Array.from({ length: epochs }, (_, e) => method.stageOf(e)[0]).join("");
    free();
    return said;
  };
  assertEquals(turns(1), "cdcdcdcd");
  assertEquals(turns(2), "ccddccdd");
  assertEquals(turns({ customize: 1, distill: 2 }), "cddcddcd");
  assertEquals(turns({ customize: 2, distill: 1 }), "ccdccdcc");
  assertEquals(turns({ customize: 1, distill: 5 }), "cdddddcd");
  assertEquals(turns({ customize: 3, distill: "rest" }), "cccddddd");
  assertEquals(turns({ distill: 3 }), "cdddcddd");
  const { refuse, free } = setUp();
  for (const alternate of [{ customize: 0 }, { distill: "ever" }, "once"] as never[]) {
    refuse({ alternate }, "alternate");
  }
  free();
});

test("a random head that is trained learns with the projection, and in that stage only", () => {
  const { method, models, labelled, both, student, free } = setUp({
    head: "trained",
    weights: only({ customized: 1, logit: 1 }),
  });
  const head = method.borrowedHead.own!;
  const [customize, distillation] = method.stages.map(({ learns }) => learns());
  assert(head.parameters().every((p) => customize.includes(p) && !distillation.includes(p)));
  const loss = () => method.step(labelled, "customize").loss;
  const customized = method.customizations.at(0).forward(models[0].features(labelled.images));
  assertClose(loss(), nn.functional.crossEntropy(head.forward(customized), labelled.labels));
  loss().backward();
  assert(head.weight.grad!.abs().sum().item() > 0);
  assert(student.head.weight.grad === null);
  method.zeroGrad();
  method.step(both, "distill").loss.backward();
  assert(head.weight.grad === null && student.body.weight.grad !== null);
  assert(head.weight.requiresGrad);
  free();
});

test("predictions are those of the borrowed head on customized features, by KL or DKD", () => {
  for (const loss of ["kl", "dkd"] as const) {
    const { method, student, x, both, labelled, customized, free } = setUp({
      weights: only({ logit: 0.5 }),
      logit: { loss, temperature: 3, alpha: 2, beta: 5 },
    });
    const { loss: total, terms } = method.step(both, "distill");
    const z = student.forward(x);
    const p = torch.noGrad(() => student.head.forward(customized(0)).div(3).softmax(1));
    // T² times the mean over images of Σ p (log p - log q).
    const kl = p.mul(p.log().sub(z.div(3).logSoftmax(1))).sum(1).mean().mul(9);
    const classes = torch.cat([labelled.labels, p.narrow(0, 4, 6).argmax(1)]);
    const expected = loss === "kl"
      ? kl
      : distill.dkdLoss(z, p, classes, { temperature: 3, alpha: 2, beta: 5 });
    assertClose(terms.logit, expected, { rtol: 1e-4, atol: 1e-6 });
    assertClose(total, expected.div(2), { rtol: 1e-4, atol: 1e-6 });
    assertEquals(Object.keys(terms), ["logit"]);
    total.backward();
    // What is taught gets no gradient: the student's head learns from its own features only.
    const grad = student.head.weight.grad!.clone();
    student.zeroGrad();
    torch.scope(() => {
      const again = student.forward(x);
      const fixed = loss === "kl"
        ? p.mul(p.log().sub(again.div(3).logSoftmax(1))).sum(1).mean().mul(9)
        : distill.dkdLoss(again, p, classes, { temperature: 3, alpha: 2, beta: 5 });
      fixed.div(2).backward();
    });
    assertClose(grad, student.head.weight.grad!, { rtol: 1e-4, atol: 1e-6 });
    free();
  }
});

test("the teacher's own prediction is taught where it votes, and refused where nobody does", () => {
  const logit = { target: "teacher", temperature: 2 } as const;
  const { method, student, models, x, both, free } = setUp(
    { weights: only({ logit: 1 }), logit },
    2,
  );
  const z = student.forward(x);
  // The mean of logits, as for all voters.
  const p = models[0].forward(x).add(models[1].forward(x)).div(4).softmax(1);
  const expected = p.mul(p.log().sub(z.div(2).logSoftmax(1))).sum(1).mean().mul(4);
  assertClose(method.step(both, "distill").terms.logit, expected, { rtol: 1e-4, atol: 1e-6 });
  const teacher = teachers.descriptive({ name: "large", model: models[0] });
  const refused = () =>
    new distill.CustomKD({ student, teacher, weights: only({ logit: 1 }), logit });
  assertThrows(refused, ArgumentError, "logit.target");
  free();
});

test("only predictions that are sure count for the entropy", () => {
  const { method, student, both, refuse, free } = setUp({
    weights: only({ entropy: 1 }),
    entropyThreshold: 0.4,
  });
  const p = student.forward(both.unlabelled.images).softmax(1).toArray() as number[][];
  const sure = p.filter((row) => Math.max(...row) >= 0.4);
  assert(sure.length > 0 && sure.length < 6, `${sure.length} are sure`);
  const entropy = sure.map((row) => -row.reduce((sum, q) => sum + q * Math.log(q), 0));
  const expected = entropy.reduce((a, b) => a + b) / 6;
  assertClose(method.step(both, "distill").terms.entropy, torch.tensor(expected, { device }));
  for (const entropyThreshold of [-0.1, 1.1]) {
    refuse({ entropyThreshold }, "entropyThreshold");
  }
  free();
});

test("features are standardized by default, whatever their scale", async () => {
  const pixels = images(32);
  const labels = classesOf(Array.from({ length: 32 }, (_, i) => i % 4));
  using dataset = new data.ImageDataset({
    images: pixels.mul(40).add(128).clamp(0, 255).to("uint8"),
    labels: labels.to("int64"),
    classNames: ["a", "b", "c", "d"],
  });
  const loader = new data.Loader(dataset, { batchSize: 8, device });
  torch.manualSeed(3);
  const model = new SmallNet(6, 9, 4, "relu");
  const student = new SmallNet(6, 5, 4);
  const losses: number[] = [];
  for (const scale of [1, 1000]) {
    torch.manualSeed(4);
    const method = new distill.CustomKD({
      student,
      teacher: teachers.descriptive({
        name: "large",
        features: (x) => model.features(x).mul(scale).add(scale),
        featureDim: 9,
      }),
      weights: { entropy: 0 },
    });
    const first = () => {
      const batch = loader.batch(0, 0) as data.LabelledBatch;
      return torch.scope(() => method.step(batch, "distill").loss.item());
    };
    assertThrows(first, TrainingError, "prepare");
    assert(await method.prepare(loader, { progress: false }));
    losses.push(torch.scope(first));
    freeAll(method);
  }
  assert(Math.abs(losses[0] - losses[1]) < 1e-3 * losses[0], losses.join());
  freeAll(model, student);
});

test("several teachers' customized features vote in the student's space", () => {
  for (const vote of [true, false]) {
    const { method, student, models, x, both, labelled, customized, free } = setUp({
      vote,
      weights: { customized: 1, general: 1, labelled: 0, entropy: 0 },
    }, 2);
    const all = torch.noGrad(() => [customized(0), customized(1)]);
    const fs = student.features(x);
    const target = vote
      ? distill.voteFeatures(all, { ties: "mean" }).target
      : all[0].add(all[1]).div(2);
    const { terms } = method.step(both, "distill");
    assertClose(terms.customized, torch.mseLoss(fs, target));
    const general = models.map((model, i) =>
      torch.mseLoss(method.projections.at(i).forward(fs), model.features(x))
    );
    assertClose(terms.general, general[0].add(general[1]).div(2));
    assertClose(terms["teachers.t1.general"], general[1]);

    const step = method.step(labelled, "customize");
    const own = models.map((model, i) =>
      nn.functional.crossEntropy(
        student.head.forward(
          method.customizations.at(i).forward(model.features(labelled.images)),
        ),
        labelled.labels,
      )
    );
    assertClose(step.loss, own[0].add(own[1]).div(2));
    free();
  }
});

/** All parameters and buffers of a module, as plain numbers by name. */
const valuesOf = (module: nn.Module) =>
  torch.scope(() =>
    Object.fromEntries(
      Object.entries(module.stateDict()).map(([name, value]) => [name, value.toArray()]),
    )
  );

/** A student with statistics of batches, within and in its head. */
class Normed extends nn.Classifier {
  readonly featureDim = 5;
  readonly numClasses = 4;
  readonly body = new nn.Sequential(new nn.Linear(6, 5), new nn.BatchNorm1d(5));
  readonly head = new nn.Sequential(new nn.BatchNorm1d(5), new nn.Linear(5, 4));
  override features(x: torch.Tensor): torch.Tensor {
    return this.body.forward(x.flatten(1));
  }
}

test("customization changes its projection only, distillation never the teacher, bit for bit", async () => {
  torch.manualSeed(31);
  const student = new Normed().to(device);
  const model = new Normed().to(device);
  using dataset = new data.ImageDataset({
    images: torch.rand([40, 1, 2, 3]).mul(255).to("uint8"),
    labels: Array.from({ length: 40 }, (_, i) => i % 4),
    classNames: ["a", "b", "c", "d"],
  });
  using rest = dataset.unlabelled({ seed: 1 });
  const how = { batchSize: 8, shuffle: true, device };
  const batches = data.zipLoaders(new data.Loader(dataset, how), new data.Loader(rest, how));
  const method = new distill.CustomKD({
    student,
    teacher: teachers.descriptive({ name: "large", model }),
    weights: { logit: 1 },
  });
  await method.prepare(batches, { progress: false });
  const teacher = valuesOf(model);
  const before: Record<string, unknown>[] = [];
  const stages: string[] = [];
  const start = method.step.bind(method);
  let seen: string | undefined;
  method.step = (batch, stage) => {
    // What is there when a stage begins is what the other one left.
    if (stage !== seen) {
      before.push(valuesOf(method));
      stages.push(seen = stage!);
    }
    if (stage === "customize") assert(batch instanceof data.LabelledBatch);
    else assert(!("labels" in (batch as data.MixedBatch).unlabelled));
    return start(batch, stage);
  };
  await fit({
    method,
    optimizers: {
      customize: (params) => new optim.AdamW(params, { lr: 1e-2, weightDecay: 0.1 }),
      distill: (params) => new optim.AdamW(params, { lr: 1e-2, weightDecay: 0.1 }),
    },
    batches,
    epochs: 4,
    progress: false,
  });
  before.push(valuesOf(method));
  assertEquals(stages, ["customize", "distill", "customize", "distill"]);
  for (const [i, stage] of stages.entries()) {
    const changed = Object.keys(before[i]).filter((name) =>
      JSON.stringify(before[i][name]) !== JSON.stringify(before[i + 1][name])
    );
    const own = stage === "customize" ? ["customizations"] : ["student", "projections"];
    assertEquals([...new Set(changed.map((name) => name.split(".")[0]))].sort(), own.sort());
  }
  assertEquals(valuesOf(model), teacher);
  assert(model.parameters().every((p) => p.grad === null));
  freeAll(method, student, model);
});

test("gradients of the term on predictions agree with finite differences", () => {
  for (const loss of ["kl", "dkd"] as const) {
    const { method, student, models, free } = setUp({
      weights: only({ logit: 1 }),
      logit: { loss },
    });
    method.to("float64");
    models[0].to("float64");
    const both = new data.MixedBatch(
      new data.LabelledBatch(images(4, "float64"), classesOf([0, 1, 3, 2])),
      new data.UnlabelledBatch(images(6, "float64")),
    );
    // What the head predicts of customized features is held: only the body is moved.
    onOneThread(() => {
      const parameter = student.body.bias!;
      method.step(both, "distill").loss.backward();
      const grad = parameter.grad!.toArray() as number[];
      for (let i = 0; i < grad.length; i++) {
        const at = (by: number) =>
          torch.scope(() => {
            torch.noGrad(() => void parameter.select(0, i).add_(by));
            const { loss } = method.step(both, "distill");
            torch.noGrad(() => void parameter.select(0, i).sub_(by));
            return loss.item();
          });
        const slope = (at(1e-5) - at(-1e-5)) / 2e-5;
        assert(Math.abs(slope - grad[i]) < 1e-6, `${slope} and ${grad[i]}`);
      }
    });
    free();
  }
});
