import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  ArgumentError,
  FileError,
  FormatError,
  ShapeError,
  TrainingError,
} from "../../src/base/errors.ts";
import * as optim from "../../src/optim/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import type { Tensor } from "../../src/torch/mod.ts";
import { saveCheckpoint } from "../../src/train/checkpoint.ts";
import { fit } from "../../src/train/fit.ts";
import type { FitOptions, FitResult, SingleStage } from "../../src/train/fit_options.ts";
import type { Batches, SingleMethod } from "../../src/train/stage.ts";
import { MetricsLog, readMetrics } from "../../src/report/metrics.ts";
import { assertClose, device, inFolder, test } from "../helpers.ts";
import { BATCHES, stateOf, training } from "./trainings.ts";

/** A batch that says which one it is, and counts how many are alive. */
class Numbered implements Disposable {
  static alive = 0;
  constructor(readonly epoch: number, readonly place: number) {
    Numbered.alive++;
  }
  [Symbol.dispose](): void {
    Numbered.alive--;
  }
}

/** `length` numbered batches; `gives` of them if that is another number. */
const numbered = (length: number, gives = length): Batches<Numbered> => ({
  length,
  *epoch(epoch, { from = 0 } = {}) {
    for (let i = from; i < gives; i++) yield new Numbered(epoch, i);
  },
});

type Step = (w: Tensor, batch: Numbered) => { loss: Tensor; terms: Record<string, Tensor> };

/** One number that is trained. */
class OneNumber implements SingleMethod<Numbered>, Disposable {
  readonly w = torch.keep(torch.full([1], 2, { device })).requiresGrad_();
  readonly optimizer = new optim.SGD([this.w], { lr: 1 });
  readonly modes: boolean[] = [];
  constructor(readonly rule: Step) {}
  step(batch: Numbered) {
    return this.rule(this.w, batch);
  }
  train(on = true): void {
    this.modes.push(on);
  }
  stateDict(): Record<string, Tensor> {
    return { w: this.w };
  }
  loadStateDict(state: Readonly<Record<string, Tensor>>): void {
    torch.noGrad(() => this.w.copy_(state.w));
  }
  fit(options: Partial<SingleStage<Numbered>>): Promise<FitResult> {
    const { optimizer } = this;
    const batches = numbered(4);
    return fit({ method: this, optimizer, batches, progress: false, epochs: 1, ...options });
  }
  [Symbol.dispose](): void {
    this.w.dispose();
    this.optimizer.dispose();
  }
}

/** A loss of a known value, whose gradient is 1 whatever that is. */
const known = (w: Tensor, value: number): Tensor => w.sub(w.detach()).add(value).sum();

test("records hold the means since the last one, by hand", async () =>
  await inFolder(async (folder) => {
    // Losses 0, 1, 2, 3, 4 in the first epoch, 10 more in the second; a term in every other batch.
    using made = new OneNumber((w, { epoch, place }) => {
      const terms: Record<string, Tensor> = {};
      if (place % 2 === 0) terms.even = torch.full([], place, { device });
      return { loss: known(w, 10 * epoch + place), terms };
    });
    using metrics = new MetricsLog(`${folder}/metrics.jsonl`);
    const { epochs } = await made.fit({
      name: "by hand",
      epochs: 2,
      batches: numbered(5),
      metrics,
      logEvery: 3,
      evaluateEvery: 2,
      evaluate: (epoch) => ({ evaluated: epoch }),
    });
    const records = readMetrics(metrics.path);
    const common = { run: "by hand", stage: "by hand" };
    const step = (step: number, epoch: number, loss: number, even?: number) => ({
      ...common,
      event: "steps",
      step,
      epoch,
      lr: 1,
      loss,
      ...(even !== undefined && { even }),
    });
    assertEquals(records.filter(({ event }) => event === "steps"), [
      step(3, 1, 1, 1), // 0 1 2, of which 0 and 2 have the term
      step(5, 1, 3.5, 4), // 3 4: an epoch's last step makes a record
      step(6, 2, 10, 0),
      step(9, 2, 12, 2), // 11 12 13
      step(10, 2, 14, 4),
    ]);
    const ended = records.filter(({ event }) => event === "epoch");
    assertEquals(
      ended.map(({ epoch, step, loss, even, evaluated }) => [epoch, step, loss, even, evaluated]),
      [[1, 5, 2, 2, undefined], [2, 10, 12, 2, 2]],
    );
    assert(ended.every(({ seconds }) => typeof seconds === "number" && seconds >= 0));
    assertEquals(ended.map(({ run: _, event: __, ...rest }) => rest), epochs);
  }));

test("each step has its gradient, its learning rate and its clipping, and no more", async () => {
  const seen: number[] = [];
  using made = new OneNumber((w) => (seen.push(w.item()), { loss: w.sum().mul(3), terms: {} }));
  await made.fit({ clipNorm: 0.5 });
  // The gradient is 3, cut down to 0.5.
  assertClose(seen, [2, 1.5, 1, 0.5], { atol: 1e-5 });
  assertEquals(made.w.grad, null);
});

test("a schedule sets the rate of every step from the first on", async () => {
  const rates: number[] = [];
  using made = new OneNumber((w) => {
    rates.push(made.optimizer.lr);
    return { loss: known(w, 0), terms: {} };
  });
  const schedule = new optim.Schedule(made.optimizer, (step, lr) => lr / (step + 1));
  await made.fit({ schedule, epochs: 2, batches: numbered(2) });
  assertEquals(rates, [1, 1 / 2, 1 / 3, 1 / 4]);
});

test("stages take their epochs as stageOf says, and a stage's gradients stay out of the next", async () => {
  const order: string[] = [];
  using a = new OneNumber(() => ({ loss: torch.zeros([]), terms: {} }));
  using b = new OneNumber(() => ({ loss: torch.zeros([]), terms: {} }));
  // Both losses reach both numbers, each optimizer has one.
  const stage = (name: string, { optimizer }: OneNumber, batches: Batches<Numbered>) => ({
    name,
    optimizer,
    batches,
    step: () => (order.push(name), { loss: a.w.add(b.w).sum(), terms: {} }),
  });
  const { step } = await fit({
    method: a,
    stages: [stage("a", a, numbered(2)), stage("b", b, numbered(1))],
    stageOf: (epoch) => epoch === 1 ? 0 : 1,
    epochs: 3,
    progress: false,
  });
  assertEquals(order, ["b", "a", "a", "b"]);
  assertEquals(step, 4);
  assertEquals([a.w.item(), b.w.item()], [2 - 2, 2 - 2]);
  assertEquals([a.w.grad, b.w.grad], [null, null]);
});

test("every batch is disposed of: at the end, at an interruption, at an error", async () => {
  using made = new OneNumber((w, { place }) => {
    assertEquals(Numbered.alive, 1);
    if (place === failAt) throw new RangeError("stop");
    if (place === abortAt) controller.abort();
    return { loss: known(w, 0), terms: {} };
  });
  let [failAt, abortAt] = [-1, -1];
  const controller = new AbortController();
  assertEquals((await made.fit({})).step, 4);
  assertEquals(Numbered.alive, 0);
  failAt = 2;
  await assertRejects(() => made.fit({}), RangeError, "stop");
  assertEquals(Numbered.alive, 0);
  [failAt, abortAt] = [-1, 1];
  const { done, step } = await made.fit({ signal: controller.signal });
  assertEquals([done, step, Numbered.alive], [false, 2, 0]);
});

test("batches may come as promises", async () => {
  using made = new OneNumber((w) => ({ loss: known(w, 0), terms: {} }));
  const batches: Batches<Numbered> = {
    length: 3,
    async *epoch(epoch) {
      for (let i = 0; i < 3; i++) {
        await new Promise((resolve) => setTimeout(resolve));
        yield new Numbered(epoch, i);
      }
    },
  };
  assertEquals((await made.fit({ batches })).step, 3);
  assertEquals(Numbered.alive, 0);
});

test("an epoch that is longer than it says ends there, a shorter one is an error", async () => {
  using made = new OneNumber((w) => ({ loss: known(w, 0), terms: {} }));
  assertEquals((await made.fit({ batches: numbered(3, 5) })).step, 3);
  assertEquals(Numbered.alive, 0);
  const error = await assertRejects(() => made.fit({ batches: numbered(3, 2) }), ArgumentError);
  assertStringIncludes(error.message, "an epoch has 3, and gave 2 in epoch 1");
});

test("a run that is aborted before it starts makes no step and no checkpoint", async () =>
  await inFolder(async (folder) => {
    using made = new OneNumber(() => {
      throw new Error("no step was to be made");
    });
    const checkpoint = `${folder}/checkpoint`;
    const result = await made.fit({ signal: AbortSignal.abort(), checkpoint });
    assertEquals(result, { done: false, step: 0, epochs: [] });
    assertEquals([...Deno.readDirSync(folder)], []);
  }));

test("no epochs are no work", async () => {
  using made = new OneNumber(() => {
    throw new Error("no step was to be made");
  });
  assertEquals(await made.fit({ epochs: 0 }), { done: true, step: 0, epochs: [] });
});

test("options that cannot be used are refused, by name", async () => {
  using made = new OneNumber((w) => ({ loss: known(w, 0), terms: {} }));
  const bad: [Partial<FitOptions>, string][] = [
    [{ epochs: -1 }, "epochs is a whole number of at least 0, got -1"],
    [{ epochs: NaN }, "epochs"],
    [{ epochs: 1.5 }, "epochs"],
    [{ logEvery: 0 }, "logEvery"],
    [{ evaluateEvery: 0 }, "evaluateEvery"],
    [{ checkpointEvery: -3 }, "checkpointEvery"],
    [{ clipNorm: 0 }, "clipNorm is a number above 0, got 0"],
    [{ clipNorm: NaN }, "clipNorm"],
    [{ seed: -1 }, "A seed"],
    [{ resume: true }, "resume needs a checkpoint"],
    [{ checkpoint: "" }, "checkpoint is the name of a file"],
    [{ evaluate: () => ({ step: 1, fine: 2 }) }, "evaluate() returned step"],
  ];
  for (const [options, message] of bad) {
    await assertRejects(() => made.fit(options), ArgumentError, message);
  }
  const { optimizer } = made;
  const stage = { name: "one", optimizer, batches: numbered(1), step: () => made.step(null!) };
  const run = { method: made, progress: false, epochs: 3 };
  await assertRejects(() => fit({ ...run, stages: [] }), ArgumentError, "at least one stage");
  for (const place of [1, -1, 0.5, NaN]) {
    await assertRejects(
      () => fit({ ...run, stages: [stage], stageOf: (epoch) => epoch === 2 ? place : 0 }),
      ArgumentError,
      `stageOf(2) is ${place}; there are 1 stages, 0 to 0`,
    );
  }
  const none = { ...stage, batches: numbered(0) };
  await assertRejects(() => fit({ ...run, stages: [none] }), ArgumentError, '"one" has 0 batches');
  assertEquals(made.w.item(), 2 - 4); // only the run whose evaluation was wrong came to train
});

test("a step that returns no loss is refused", async () => {
  for (const wrong of [() => Promise.resolve({}), () => ({ loss: 3, terms: {} })]) {
    using made = new OneNumber(wrong as unknown as Step);
    await assertRejects(() => made.fit({}), ArgumentError, 'step() of "training" must return');
  }
  using made = new OneNumber((w) => ({
    loss: known(w, 0),
    terms: { rows: torch.zeros([3], { device }) },
  }));
  await assertRejects(() => made.fit({}), ShapeError, 'The loss "rows" has shape [3]');
});

test("a loss that is not finite stops the run before it does harm, and says where", async () =>
  await inFolder(async (folder) => {
    const checkpoint = `${folder}/checkpoint`;
    for (const value of [NaN, Infinity]) {
      using made = new OneNumber((w, { epoch, place }) => {
        const loss = w.mul(0.25).sum();
        const bad = epoch === 1 && place === 2 ? loss.mul(value) : loss;
        return { loss: bad, terms: { good: loss.detach(), spoilt: bad.detach() } };
      });
      const options = { name: "student", epochs: 2, checkpoint, checkFinite: true };
      const error = await assertRejects(() => made.fit(options), TrainingError);
      assertStringIncludes(
        error.message,
        `The loss of "student" is ${value} (good 0.125, spoilt ${value}) in step 7, batch 3 of epoch 2`,
      );
      assertStringIncludes(error.message, `The checkpoint ${checkpoint} is as it was before.`);
      assertEquals(made.w.item(), 2 - 6 * 0.25);
      const saved = torch.loadSafetensors(checkpoint, { names: ["method/w"] })["method/w"];
      assertEquals(saved.item(), 2 - 4 * 0.25);
      saved.dispose();
    }
  }));

test("a loss that is not finite is found at the next record where steps are not looked at", async () =>
  await inFolder(async (folder) => {
    const checkpoint = `${folder}/checkpoint`;
    using made = new OneNumber((w, { epoch }) => ({
      loss: known(w, epoch === 0 ? 1 : NaN),
      terms: {},
    }));
    await made.fit({ checkpoint });
    const before = await Deno.readFile(checkpoint);
    const options = { epochs: 2, checkpoint, resume: true, checkFinite: false };
    for (const more of [{ logEvery: 3 }, { logEvery: 50 }, { checkpointEvery: 1 }]) {
      const error = await assertRejects(() => made.fit({ ...options, ...more }), TrainingError);
      assertStringIncludes(error.message, 'A loss of "training" is not finite');
      assertStringIncludes(error.message, "loss NaN");
      assertEquals(await Deno.readFile(checkpoint), before);
    }
  }));

test("weights that are not finite never take the place of a good checkpoint", async () =>
  await inFolder(async (folder) => {
    const checkpoint = `${folder}/checkpoint`;
    // The square root's slope at 0 is infinite, and infinity times 0 is NaN; the loss itself is 0.
    using made = new OneNumber((w, { epoch, place }) => ({
      loss: epoch === 1 && place === 3 ? w.mul(0).sqrt().sum() : known(w, 0),
      terms: {},
    }));
    await made.fit({ checkpoint });
    const before = await Deno.readFile(checkpoint);
    const error = await assertRejects(
      () => made.fit({ checkpoint, resume: true, epochs: 2 }),
      TrainingError,
    );
    assertStringIncludes(error.message, 'Parameters that "training" trains are NaN or infinite');
    assertStringIncludes(error.message, "after step 8");
    assertEquals(await Deno.readFile(checkpoint), before);
  }));

test("a place that cannot be written is found before training starts", async () =>
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "");
    await Deno.mkdir(`${folder}/folder`);
    using made = new OneNumber(() => {
      throw new Error("no step was to be made");
    });
    for (const place of [`${folder}/file/checkpoint`, `${folder}/folder`, "/dev/null/checkpoint"]) {
      for (const resume of [false, true]) {
        const error = await assertRejects(() => made.fit({ checkpoint: place, resume }), FileError);
        assertStringIncludes(error.message, place);
      }
    }
    assertEquals([...Deno.readDirSync(folder)].length, 2);
  }));

test("folders for the checkpoint are made, and what a killed process left is cleared away", async () =>
  await inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/new`);
    await Deno.writeTextFile(`${folder}/new/checkpoint.77-0123abcd.tmp`, "half");
    await Deno.writeTextFile(`${folder}/new/checkpoint.notes.tmp`, "a user's");
    using made = new OneNumber((w) => ({ loss: known(w, 0), terms: {} }));
    await made.fit({ checkpoint: `${folder}/new/checkpoint` });
    await made.fit({ checkpoint: `${folder}/newer/a/checkpoint` });
    assert((await Deno.stat(`${folder}/newer/a/checkpoint`)).isFile);
    const names = [...Deno.readDirSync(`${folder}/new`)].map(({ name }) => name);
    assertEquals(names.sort(), ["checkpoint", "checkpoint.notes.tmp"]);
  }));

test("a checkpoint of another run is refused by name, and nothing is loaded from it", async () =>
  await inFolder(async (folder) => {
    const checkpoint = `${folder}/checkpoint`;
    const options = { epochs: 2, checkpoint, progress: false };
    {
      using made = training("adamw");
      await made.fit({ ...options, epochs: 1 });
    }
    const refuse = async (kind: "sgd" | "stages" | "uniform", message: string) => {
      using made = training(kind, 4);
      const before = stateOf(made);
      const error = await assertRejects(() => made.fit({ ...options, resume: true }), FormatError);
      assertStringIncludes(error.message, `The checkpoint ${checkpoint} does not fit this run`);
      assertStringIncludes(error.message, message);
      assertStringIncludes(error.message, "remove it");
      assertEquals(stateOf(made), before);
    };
    await refuse("sgd", `its stages are [{"name":"adamw","batches":6}], this run's [{"name":"sgd"`);
    await refuse("uniform", "its stages are");
    await refuse("stages", `{"name":"head","batches":3}`);

    // The same names and counts, and still another optimizer, model, or state of it.
    using made = training("adamw", 4);
    const optimizer = made.optimizers[0];
    const before = stateOf(made);
    const position = {
      epoch: 0,
      batch: 1,
      step: 1,
      stageSteps: [1],
      sums: {},
      epochSums: {},
      seconds: 0,
      epochs: [],
    };
    const stages = [{ name: "adamw", batches: { length: BATCHES } }];
    const params = optimizer.paramGroups.flatMap((group) => group.params);
    using adam = new optim.Adam(params, { lr: 1 });
    using few = new optim.AdamW(params.slice(2), { lr: 1 });
    const { w } = new OneNumber(() => ({ loss: torch.zeros([]), terms: {} }));
    using _ = w;
    const method = made.method;
    const oneNumber = { ...method, stateDict: () => ({ w }) };
    const wrong: [string, Parameters<typeof saveCheckpoint>[1]][] = [
      [`its optimizers are [{"kind":"Adam"`, { method, optimizers: [adam], stages }],
      [`"groups":[8]`, { method, optimizers: [few as never], stages }],
      ["missing: ", { method: oneNumber, optimizers: [optimizer], stages }],
      ["batches", {
        method,
        optimizers: [optimizer],
        stages: [{ name: "adamw", batches: { length: 7 } }],
      }],
    ];
    for (const [message, parts] of wrong) {
      saveCheckpoint(checkpoint, parts as never, position);
      const error = await assertRejects(
        () => made.fit({ ...options, resume: true }),
        FormatError,
      );
      assertStringIncludes(error.message, message);
      assertStringIncludes(error.message, checkpoint);
      assertEquals(stateOf(made), before);
    }
  }));

test("a checkpoint that fits but for its last part leaves everything as it was", async () =>
  await inFolder(async (folder) => {
    const checkpoint = `${folder}/checkpoint`;
    const options = { epochs: 2, checkpoint, progress: false };
    {
      using made = training("adamw");
      await made.fit({ ...options, epochs: 1 });
    }
    using made = training("adamw", 4);
    await made.fit({ epochs: 1, progress: false }); // so that the optimizer has a state too
    const before = stateOf(made);
    const metadata = torch.loadSafetensorsMetadata(checkpoint);
    for (
      const [name, wrong, message] of [
        ["optimizer/0/3.exp_avg", [7], "3.exp_avg"],
        ["random/cpu", undefined, "it has no random/cpu"],
      ] as const
    ) {
      torch.scope(() => {
        const record = torch.loadSafetensors(checkpoint);
        assert(name in record);
        delete record[name];
        if (wrong) record[name] = torch.ones([...wrong]);
        torch.saveSafetensors(`${checkpoint}.${name.length}`, record, metadata);
      });
      const error = await assertRejects(
        () => made.fit({ ...options, checkpoint: `${checkpoint}.${name.length}`, resume: true }),
        FormatError,
      );
      assertStringIncludes(error.message, message);
      assertEquals(stateOf(made), before);
    }
  }));

test("what is no checkpoint, or a damaged one, is refused by name", async () =>
  await inFolder(async (folder) => {
    const checkpoint = `${folder}/checkpoint`;
    using made = training("sgd");
    const options = { epochs: 2, checkpoint, progress: false };
    await made.fit({ ...options, epochs: 1 });
    const good = await Deno.readFile(checkpoint);
    const refuse = async (message: string) => {
      const error = await assertRejects(() => made.fit({ ...options, resume: true }), FormatError);
      assertStringIncludes(error.message, checkpoint);
      assertStringIncludes(error.message, message);
    };
    for (const length of [0, 5, 200, good.length - 1]) {
      await Deno.writeFile(checkpoint, good.subarray(0, length));
      await refuse("");
    }
    await Deno.writeTextFile(checkpoint, "this is no checkpoint at all, only text");
    await refuse("");
    torch.scope(() => torch.saveSafetensors(checkpoint, { a: torch.ones([2]) }));
    await refuse("its format is not said");
    const head = { format: "apprentice-checkpoint", version: "1" };
    const save = (metadata: Record<string, string>) =>
      torch.scope(() =>
        torch.saveSafetensors(checkpoint, { a: torch.ones([2]) }, { ...head, ...metadata })
      );
    save({ version: "99" });
    await refuse("version 99");
    save({});
    await refuse(`its "position" cannot be read`);
    save({ position: "{}", optimizers: "3", stages: "[]" });
    await refuse("its stages are []");
    await Deno.writeFile(checkpoint, good);
    assert((await made.fit({ ...options, resume: true })).done);
  }));

test("a thousand steps leave no tensor, and memory stays where it was", async () => {
  torch.setNumThreads(1);
  using made = training("adamw");
  const counts: number[] = [];
  const bytes: number[] = [];
  await made.fit({
    epochs: Math.ceil(1000 / BATCHES),
    seed: 1,
    progress: false,
    evaluateEvery: 20,
    evaluate: () => {
      const { tensors, bytes: now } = torch.memory(device);
      counts.push(tensors);
      bytes.push(now);
      return {};
    },
  });
  assert(counts.length >= 8);
  assertEquals(new Set(counts).size, 1, `${counts}`);
  assertEquals(new Set(bytes).size, 1, `${bytes}`);
});
