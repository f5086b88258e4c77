/** Methods of several stages: an optimizer for each, and the loop counts. */

import { assert, assertEquals, assertNotEquals, assertRejects, equal } from "@std/assert";
import { ArgumentError, ResumeError } from "../../src/base/errors.ts";
import * as data from "../../src/data/mod.ts";
import * as distill from "../../src/distill/mod.ts";
import * as models from "../../src/models/mod.ts";
import * as optim from "../../src/optim/mod.ts";
import * as teachers from "../../src/teachers/mod.ts";
import * as torch from "../../src/torch/mod.ts";
import { MetricsLog, readMetrics } from "../../src/report/metrics.ts";
import { fit } from "../../src/train/fit.ts";
import { inFolder, test } from "../helpers.ts";
import { images, stopsAt } from "./trainings.ts";

/** CustomKD on the tests' images, two batches in an epoch. */
class Room implements Disposable {
  readonly #own = new DisposableStack();
  readonly images = this.#own.use(images());
  readonly student = this.mlp(6);
  readonly method: distill.CustomKD;
  readonly both = data.zipLoaders(
    new data.Loader(this.images, { batchSize: 23, seed: 1, shuffle: true }),
    new data.Loader(this.#own.use(this.images.unlabelled()), { batchSize: 23 }),
  );

  constructor(options: distill.CustomKDSettings = {}, seed = 4) {
    const teacher = teachers.predictive({ name: "large", model: this.mlp(9) });
    torch.manualSeed(seed);
    const { student } = this;
    this.method = this.#own.use(new distill.CustomKD({ student, teacher, ...options }));
  }
  mlp(width: number): models.Mlp {
    torch.manualSeed(width);
    return this.#own.use(new models.Mlp({ inputs: 16, numClasses: 3, widths: [width] }));
  }
  weights(prefix = ""): unknown[] {
    return Object.entries(this.method.stateDict())
      .filter(([name]) => name.startsWith(prefix)).map(([, tensor]) => tensor.data());
  }
  [Symbol.dispose](): void {
    this.#own.dispose();
  }
}

const adamw = (params: torch.Tensor[]) => new optim.AdamW(params, { lr: 1e-2 });
const optimizers = { customize: adamw, distill: adamw };
const quiet = { progress: false } as const;

test("a method of stages with one optimizer is a type error, and an error by name that trains nothing", async () => {
  using room = new Room();
  const { method, both: batches } = room;
  const before = room.weights();
  let asked = 0;
  const optimizer = (params: torch.Tensor[]) => (asked++, adamw(params));
  const { message } = await assertRejects(
    // @ts-expect-error what has stages is no method of one
    () => fit({ method, optimizer, batches, epochs: 2, ...quiet }),
    ArgumentError,
    'CustomKD has 2 stages that take turns, "customize" and "distill"',
  );
  assert(message.includes("optimizers: { customize: (params) => new optim.AdamW("), message);
  using made = adamw(method.parameters());
  await assertRejects(
    // @ts-expect-error nor is it with an optimizer that is there
    () => fit({ method, optimizer: made, batches, epochs: 2, ...quiet }),
    ArgumentError,
    "CustomKD has 2 stages",
  );
  assertEquals(asked, 0);
  assertEquals(room.weights(), before);
});

test("with an optimizer for each stage, each stage trains what it learns, and nothing else", async () => {
  using room = new Room();
  const { method, both: batches } = room;
  const parts = ["customizations.", "projections.", "student."] as const;
  const read = () => parts.map((part) => room.weights(part));
  const states = [read()];
  await fit({
    method,
    optimizers,
    batches,
    epochs: 4,
    evaluate: () => (states.push(read()), {}),
    ...quiet,
  });
  assertEquals(states.length, 5);
  for (let epoch = 0; epoch < 4; epoch++) {
    const changed = parts.filter((_, i) => {
      const [one, other] = [states[epoch][i], states[epoch + 1][i]];
      return !equal(one, other);
    });
    assertEquals(changed, epoch % 2 === 0 ? ["customizations."] : ["projections.", "student."]);
  }
});

test("the loop gives each epoch to the stage that alternate says: in its result and in the records", () =>
  inFolder(async (folder) => {
    for (const [alternate, expected] of [[1, "cdcdcd"], [2, "ccddcc"], [4, "ccccdd"]] as const) {
      using room = new Room({ alternate });
      const { method, both: batches } = room;
      using metrics = new MetricsLog(`${folder}/${alternate}.jsonl`);
      const result = await fit({ method, optimizers, batches, epochs: 6, metrics, ...quiet });
      const letters = (names: unknown[]) => names.map((name) => String(name)[0]).join("");
      assertEquals(letters(result.epochs.map(({ stage }) => stage)), expected);
      const records = readMetrics(metrics.path);
      for (const event of ["epoch", "steps"]) {
        const own = records.filter((record) => record.event === event);
        assertEquals(letters(own.map(({ stage }) => stage)), expected);
        // Each stage has terms of its own.
        for (const { stage, customization, general } of own) {
          assertEquals([customization === undefined, general === undefined], [
            stage === "distill",
            stage === "customize",
          ]);
        }
      }
      assertEquals(result.step, 12);
    }
  }));

test("optimizers and schedules under other names than the stages' are refused before anything is made", async () => {
  using room = new Room();
  const { method, both: batches } = room;
  const before = room.weights();
  let made = 0;
  const counted = (params: torch.Tensor[]) => (made++, adamw(params));
  const run = { method, batches, epochs: 2, ...quiet };
  // deno-lint-ignore no-explicit-any
  const refuse = (given: any, message: string) =>
    assertRejects(() => fit({ ...run, ...given }), ArgumentError, message);
  const names = "The stages of CustomKD are called customize, distill, and the ";
  await refuse(
    { optimizers: { customize: counted } },
    `${names}optimizers given are for customize`,
  );
  await refuse({ optimizers: {} }, `${names}optimizers given are for none`);
  await refuse(
    { optimizers: { customize: counted, distill: counted, teach: counted } },
    `${names}optimizers given are for customize, distill, teach`,
  );
  await refuse(
    { optimizers: { customize: counted, distil: counted } },
    `${names}optimizers given are for customize, distil.`,
  );
  const both = { customize: counted, distill: counted };
  const schedule = (optimizer: optim.AdamW) => new optim.StepLR(optimizer, { stepSize: 1 });
  await refuse(
    { optimizers: both, schedules: { teach: schedule } },
    `${names}schedules given are for teach`,
  );
  assertEquals(made, 0);
  assertEquals(room.weights(), before);
  // By types too.
  const typed = () => {
    // @ts-expect-error one is missing
    fit({ ...run, optimizers: { customize: adamw } });
    // @ts-expect-error there is no such stage
    fit({ ...run, optimizers: { customize: adamw, distil: adamw } });
    // @ts-expect-error there is no such stage
    fit({ ...run, optimizers, schedules: { teach: schedule } });
  };
  assert(typeof typed === "function");
});

test("optimizers that the loop makes are disposed of by it, those that it is given are not", async () => {
  for (const end of ["done", "stopped", "failed", "refused"] as const) {
    using room = new Room();
    const { method, both: batches } = room;
    const controller = new AbortController();
    const own: optim.AdamW[] = [];
    const factory = (params: torch.Tensor[]) => {
      const optimizer = adamw(params);
      own.push(optimizer);
      return optimizer;
    };
    const before = torch.memory().tensors;
    const given = adamw(method.stages[0].learns());
    const run = fit({
      method,
      optimizers: { customize: given, distill: factory },
      batches,
      epochs: 4,
      signal: controller.signal,
      clipNorm: end === "refused" ? -1 : 1,
      evaluate: (epoch) => {
        if (end === "stopped" && epoch === 2) controller.abort();
        if (end === "failed" && epoch === 2) throw new RangeError("failed");
        return {};
      },
      ...quiet,
    });
    if (end === "failed") await assertRejects(() => run, RangeError, "failed");
    else if (end === "refused") await assertRejects(() => run, ArgumentError, "clipNorm");
    else assertEquals((await run).done, end === "done");
    assertEquals(own.length, end === "refused" ? 0 : 1);
    // The moments of the one that was given are there still.
    const kept = torch.memory().tensors - before;
    assertEquals(kept >= 4, end !== "refused");
    given.dispose();
    assertEquals(torch.memory().tensors, before);
  }
});

test("a factory that throws leaves nothing of those before", async () => {
  using room = new Room();
  const { method, both: batches } = room;
  const before = torch.memory().tensors;
  const optimizers = {
    customize: (params: torch.Tensor[]) => new optim.SGD(params, { lr: 0.1, momentum: 0.9 }),
    distill: (): optim.SGD => {
      throw new RangeError("no optimizer");
    },
  };
  await assertRejects(
    () => fit({ method, optimizers, batches, epochs: 2, ...quiet }),
    RangeError,
    "no optimizer",
  );
  assertEquals(torch.memory().tensors, before);
});

test("schedules by factory get their stage's optimizer and its own number of steps", async () => {
  for (
    const [alternate, epochs, accumulate, expected] of [
      [1, 5, 1, [6, 4]], // cdcdc of two batches each
      [2, 5, 1, [6, 4]], // ccddc
      [3, 4, 1, [6, 2]], // cccd
      [1, 4, 2, [2, 2]], // two batches make a step
      [1, 1, 1, [2, 1]], // a stage that has no epoch: at least one step, so that no schedule is of none
    ] as const
  ) {
    using room = new Room({ alternate });
    const { method, both: batches } = room;
    const totals: Record<string, number> = {};
    const made: Record<string, optim.AdamW> = {};
    const seen: Record<string, number[]> = { customize: [], distill: [] };
    const of = (name: string) => ({
      optimizer: (params: torch.Tensor[]) => made[name] = adamw(params),
      schedule: (optimizer: optim.AdamW, total: number) => {
        assert(optimizer === made[name]);
        totals[name] = total;
        return {
          step: (step: number) => {
            optimizer.lr = 1e-3 * (step + 1);
            seen[name].push(step);
          },
        };
      },
    });
    const [customize, distil] = [of("customize"), of("distill")];
    const { step } = await fit({
      method,
      optimizers: { customize: customize.optimizer, distill: distil.optimizer },
      schedules: { customize: customize.schedule, distill: distil.schedule },
      batches,
      epochs,
      accumulate,
      ...quiet,
    });
    assertEquals([totals.customize, totals.distill], [...expected]);
    const count = (name: string) => Array.from({ length: seen[name].length }, (_, i) => i);
    assertEquals(seen.customize, count("customize"));
    assertEquals(seen.distill, count("distill"));
    assertEquals(seen.customize.length, expected[0]);
    assertEquals(seen.distill.length, epochs === 1 ? 0 : expected[1]);
    assertEquals(step, seen.customize.length + seen.distill.length);
  }
});

test("a single stage takes factories too", async () => {
  using room = new Room();
  const { student } = room;
  const before = student.parameters().map((param) => param.data());
  const loader = new data.Loader(room.images, { batchSize: 10 }); // five batches
  let total = 0;
  const tensors = torch.memory().tensors;
  await fit({
    method: new distill.Supervised(student),
    optimizer: (params) => {
      assertEquals(params, student.parameters());
      return new optim.SGD(params, { lr: 0.1, momentum: 0.9 });
    },
    schedule: (optimizer, totalSteps) => {
      total = totalSteps;
      return new optim.OneCycle(optimizer, { maxLr: 0.1, totalSteps });
    },
    batches: loader,
    epochs: 3,
    ...quiet,
  });
  assertEquals(total, 15);
  assertEquals(torch.memory().tensors, tensors);
  assertNotEquals(student.parameters().map((param) => param.data()), before);
});

test("stopped at any step, a run of stages goes on to the same numbers", () =>
  inFolder(async (folder) => {
    const part = async (name: string, stop: number, seed = 4) => {
      using room = new Room({ alternate: 1 }, seed);
      const { method, both: batches } = room;
      const signal = stopsAt(method, stop);
      const result = await fit({
        method,
        optimizers,
        schedules: {
          distill: (optimizer, steps) => new optim.CosineAnnealing(optimizer, { steps }),
        },
        batches,
        epochs: 3,
        seed: 7,
        checkpoint: `${folder}/${name}`,
        resume: true,
        signal,
        ...quiet,
      });
      return { result, weights: room.weights() };
    };
    const whole = await part("whole", 0);
    assert(whole.result.done);
    for (const stop of [1, 2, 3, 4, 5]) {
      const first = await part(`${stop}`, stop);
      assertEquals([first.result.done, first.result.step], [false, stop]);
      const rest = await part(`${stop}`, 0, 99);
      assertEquals(rest.weights, whole.weights, `stopped at ${stop}`);
      const losses = ({ result }: typeof rest) => result.epochs.map(({ loss }) => loss);
      assertEquals(losses(rest), losses(whole));
    }
  }));

test("a run of stages does not go on with other turns", () =>
  inFolder(async (folder) => {
    const run = (alternate: number, epochs: number) => {
      const room = new Room({ alternate });
      const { method, both: batches } = room;
      const checkpoint = `${folder}/checkpoint`;
      return fit({ method, optimizers, batches, epochs, checkpoint, resume: true, ...quiet })
        .finally(() => room[Symbol.dispose]());
    };
    await run(1, 2);
    const error = await assertRejects(() => run(2, 4), ResumeError);
    const { differences } = error as ResumeError;
    assertEquals(differences.map(({ path }) => path), [
      "method.options.alternate",
      "stage of epoch 2",
    ]);
    assertEquals((await run(1, 4)).step, 8);
  }));
