import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import * as torch from "../../src/torch/mod.ts";
import type { FitOptions, FitResult } from "../../src/train/fit_options.ts";
import { type MetricRecord, MetricsLog, readMetrics } from "../../src/report/metrics.ts";
import { inFolder, test } from "../helpers.ts";
import { BATCHES, type Kind, kinds, stateOf, type Training, training } from "./trainings.ts";

/** What remains of a run that has to be the same however often it was interrupted. */
interface Outcome {
  state: Record<string, unknown>;
  records: MetricRecord[];
  result: FitResult;
  next: number;
}

const timeless = (record: MetricRecord): MetricRecord => {
  const { seconds: _, ...rest } = record;
  return rest;
};

/** Draws random numbers and changes the mode, as an evaluation may. */
function evaluation(made: Training): (epoch: number) => MetricRecord {
  return (epoch) => {
    torch.scope(() => void torch.rand([epoch + 1]));
    made.method.train(epoch % 2 === 0);
    return { accuracy: epoch === 2 ? NaN : 1 / epoch };
  };
}

/** One process's part of a run: a new model from another seed, the folder's checkpoint and metrics. */
async function part(
  kind: Kind,
  folder: string,
  seed: number,
  options: Partial<FitOptions> & { onStep?: (step: number) => void } = {},
): Promise<Outcome> {
  const { onStep, ...rest } = options;
  using made = training(kind, seed);
  if (onStep) made.onStep = onStep;
  using metrics = new MetricsLog(`${folder}/metrics.jsonl`, { resume: true });
  const result = await made.fit({
    epochs: 3,
    seed: 11,
    logEvery: 4,
    checkpoint: `${folder}/checkpoint.safetensors`,
    resume: true,
    progress: false,
    metrics,
    evaluate: evaluation(made),
    ...rest,
  });
  return {
    state: stateOf(made),
    records: readMetrics(metrics.path).map(timeless),
    result: { ...result, epochs: result.epochs.map(timeless) },
    next: torch.scope(() => torch.rand([1]).item()),
  };
}

async function whole(kind: Kind): Promise<Outcome> {
  let outcome: Outcome | undefined;
  await inFolder(async (folder) => void (outcome = await part(kind, folder, 1)));
  return outcome!;
}

for (const kind of kinds) {
  const steps = kind === "stages" ? BATCHES + 3 + BATCHES : 3 * BATCHES;
  // The first steps, around the ends of epochs and of records, the last.
  const moments = [1, 2, BATCHES - 1, BATCHES, BATCHES + 1, BATCHES + 3, 11, 12, steps - 1, steps];

  test(`${kind}: stopped at any moment, a run goes on to the same numbers`, async () => {
    const expected = await whole(kind);
    assert(expected.result.done);
    assertEquals(expected.result.step, steps);
    assertEquals(expected.result.epochs.length, 3);
    for (const stop of new Set(moments)) {
      await inFolder(async (folder) => {
        const controller = new AbortController();
        const first = await part(kind, folder, 1, {
          signal: controller.signal,
          onStep: (step) => step === stop && controller.abort(),
        });
        assertEquals([first.result.done, first.result.step], [false, stop]);
        assertEquals(await part(kind, folder, 2), expected);
      });
    }
  });

  test(`${kind}: after a crash, a run goes on from the last checkpoint to the same numbers`, async () => {
    const expected = await whole(kind);
    for (const crash of new Set(moments)) {
      await inFolder(async (folder) => {
        // Before the first checkpoint, the weights are those that the model was made with.
        for (const [seed, at] of [[1, crash], [crash > 3 ? 2 : 1, 2]]) {
          // The second process crashes too, at its second step, unless there is but one left.
          await part(kind, folder, seed, {
            checkpointEvery: 3,
            onStep: (step) => {
              if (step === at) throw new RangeError("a crash");
            },
          }).catch((error) => assertEquals(error.message, "a crash"));
        }
        const seed = crash > 3 ? 3 : 1;
        assertEquals(await part(kind, folder, seed, { checkpointEvery: 3 }), expected);
      });
    }
  });
}

test("an epoch that was stopped at its last step, and crashed in the next one, is told once", async () => {
  const expected = await whole("adamw");
  await inFolder(async (folder) => {
    const controller = new AbortController();
    const rarely = { checkpointEvery: 100 };
    await part("adamw", folder, 1, {
      ...rarely,
      signal: controller.signal,
      onStep: (step) => step === BATCHES && controller.abort(),
    });
    // It ends the epoch, which is told, and is gone before the next checkpoint.
    await part("adamw", folder, 2, {
      ...rarely,
      onStep: (step) => {
        if (step === 2) throw new RangeError("a crash");
      },
    }).catch((error) => assertEquals(error.message, "a crash"));
    assertEquals(await part("adamw", folder, 3, rarely), expected);
  });
});

test("weights after other seeds differ, so that equal ones mean something", async () => {
  const states: unknown[] = [];
  for (const seed of [11, 12]) {
    await inFolder(async (folder) =>
      void states.push((await part("adamw", folder, 1, { seed })).state)
    );
  }
  assertNotEquals(states[0], states[1]);
});

test("an evaluation changes nothing: not the random numbers, not the mode", async () => {
  const expected = await whole("adamw");
  const modes: boolean[] = [];
  await inFolder(async (folder) => {
    using made = training("adamw");
    const result = await made.fit({
      epochs: 3,
      seed: 11,
      progress: false,
      checkpoint: `${folder}/checkpoint`,
    });
    assert(result.done);
    assertEquals(stateOf(made), expected.state);
    await made.fit({ epochs: 1, progress: false, evaluate: () => ({}) });
  });
  using made = training("adamw");
  const train = made.method.train;
  made.method.train = (on = true) => (modes.push(on), train(on));
  await made.fit({ epochs: 2, progress: false, evaluate: () => (modes.push(false), {}) });
  // In training from the start; for each evaluation out of it, and back.
  assertEquals(modes, [true, false, false, true, false, false, true]);
});

test("a finished run that is resumed does nothing, and more epochs go on from its end", async () =>
  await inFolder(async (folder) => {
    const first = await part("adamw", folder, 1, { epochs: 2 });
    let steps = 0;
    const again = await part("adamw", folder, 2, { epochs: 2, onStep: () => steps++ });
    assertEquals(steps, 0);
    assertEquals(again, first);
    const more = await part("adamw", folder, 3, { onStep: () => steps++ });
    assertEquals(steps, BATCHES);
    assertEquals(more, await whole("adamw"));
  }));

test("without resume a run starts anew, whatever lies there", async () =>
  await inFolder(async (folder) => {
    const checkpoint = `${folder}/checkpoint`;
    using one = training("sgd");
    await one.fit({ epochs: 1, seed: 1, checkpoint, progress: false });
    using other = training("sgd");
    const { step, epochs } = await other.fit({ epochs: 1, seed: 1, checkpoint, progress: false });
    assertEquals([step, epochs.length], [BATCHES, 1]);
    assertEquals(stateOf(one), stateOf(other));
  }));

test("gradients that were there before count for nothing", async () => {
  const states: unknown[] = [];
  for (const before of [false, true]) {
    using made = training("sgd");
    if (before) {
      const params = made.optimizers[0].paramGroups.flatMap((group) => group.params);
      for (const param of params) torch.scope(() => param.mul(3).sum().backward());
    }
    await made.fit({ epochs: 1, seed: 1, progress: false });
    states.push(stateOf(made));
  }
  assertEquals(states[0], states[1]);
});

test("an error in a step leaves the checkpoint of before", async () =>
  await inFolder(async (folder) => {
    const checkpoint = `${folder}/checkpoint`;
    using made = training("adamw");
    const options = { seed: 1, checkpoint, resume: true, progress: false };
    await made.fit({ ...options, epochs: 1 });
    const before = await Deno.readFile(checkpoint);
    made.onStep = (step) => {
      if (step === BATCHES + 2) throw new RangeError("in a step");
    };
    await assertRejects(() => made.fit({ ...options, epochs: 3 }), RangeError, "in a step");
    assertEquals(await Deno.readFile(checkpoint), before);
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["checkpoint"]);
  }));
