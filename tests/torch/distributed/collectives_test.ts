import { assertEquals, assertThrows } from "@std/assert";
import { ArgumentError, DistributedError } from "../../../src/base/errors.ts";
import { readEnvironment } from "../../../src/torch/distributed/environment.ts";
import * as torch from "../../../src/torch/mod.ts";
import { inFolder, test } from "../../helpers.ts";
import { freePort, resultsOf, startRanks } from "./start_ranks.ts";

const { distributed } = torch;
const child = (name: string) => new URL(`children/${name}.ts`, import.meta.url);

for (const size of [2, 3]) {
  Deno.test(`collectives of ${size} processes give what each of them should have`, async () => {
    const results = resultsOf<Record<string, unknown>>(
      await startRanks(size, child("collectives")),
    );
    const ranks = Array.from({ length: size }, (_, rank) => rank);
    const sum = (size * (size + 1)) / 2;
    const factorial = size === 2 ? 2 : 6;
    results.forEach((found, rank) => {
      assertEquals(found, {
        rank,
        reduced: {
          sum: [sum, 2 * size],
          avg: [sum / size, 2],
          min: [1, 2],
          max: [size, 2],
          product: [factorial, 2 ** size],
        },
        dtypes: new Array(7).fill([sum]),
        strided: new Array(6).fill(sum - size),
        column: [6, 0, 6, 0],
        gathered: ranks.flatMap((other) => [other, 7]),
        truths: ranks.map((other) => other === 0 ? 1 : 0),
        // Each process weighs the whole by its rank plus one: the parts' gradients are the sum of that.
        grad: [2 * rank * sum, (2 * rank + 1) * sum],
        objects: ranks.map((other) => ({ rank: other, text: "é".repeat(other) })),
        object: { from: 1 },
        added: true,
        absent: true,
        left: 0,
      });
    });
  });
}

Deno.test("a reducer makes gradients their mean, those gathered before too; without a part in any loss there is none", async () => {
  const results = resultsOf<{ steps: unknown }>(await startRanks(2, child("reducer")));
  // By hand: (100 + step * 1 + 200 + 3) / 2 for both, step / 2 for the one that rank 0 alone uses.
  const step = (factor: number) => [
    new Array(3).fill((303 + factor) / 2),
    new Array(3).fill(factor / 2),
    null,
  ];
  for (const { steps } of results) assertEquals(steps, [step(1), step(2)]);
});

test("one process alone is a group, by a port, a file or the environment", () =>
  inFolder((folder) => {
    for (const initMethod of [`tcp://127.0.0.1:${freePort()}`, `file://${folder}/meet`]) {
      using group = distributed.initProcessGroup({ initMethod, rank: 0, worldSize: 1, timeout: 5 });
      assertEquals([distributed.getRank(), distributed.getWorldSize()], [0, 1]);
      using sum = distributed.allReduce(torch.tensor([3]));
      assertEquals(sum.item(), 3);
      assertThrows(() => distributed.initProcessGroup(), ArgumentError, "already");
      assertEquals(group.isOpen, true);
    }
    assertEquals(distributed.isInitialized(), false);
    assertThrows(() => distributed.allReduce(torch.ones([1])), ArgumentError, "initProcessGroup");
  }));

test("what cannot be is said with the values", () => {
  const init = (options: torch.distributed.ProcessGroupOptions) => () =>
    distributed.initProcessGroup(options);
  assertThrows(
    init({ initMethod: "udp://x:1", rank: 0, worldSize: 1 }),
    ArgumentError,
    "udp://x:1",
  );
  assertThrows(init({ initMethod: "tcp://x:1", rank: 2, worldSize: 2 }), ArgumentError, "rank 2");
  assertThrows(init({ initMethod: "tcp://x:1" }), ArgumentError, "undefined");
  assertThrows(init({ timeout: 0, rank: 0, worldSize: 1 }), ArgumentError, "got 0");
  const port = freePort();
  using group = distributed.initProcessGroup({
    initMethod: `tcp://127.0.0.1:${port}`,
    rank: 0,
    worldSize: 1,
  });
  const whole = torch.tensor([1], { dtype: "int64" });
  assertThrows(() => distributed.allReduce(whole, { op: "avg" }), ArgumentError, "int64");
  assertThrows(() => distributed.allReduce(whole, { op: "mean" as "avg" }), ArgumentError, "mean");
  assertThrows(() => distributed.broadcast(whole, { src: 1 }), ArgumentError, "got 1");
  assertThrows(() => distributed.allGather(torch.tensor(1)), ArgumentError, "reshape");
  assertThrows(() => new distributed.Reducer([]), ArgumentError, "no parameters");
  assertThrows(() => new distributed.Reducer([whole]), ArgumentError, "no parameter");
  group.dispose();
  assertThrows(() => distributed.allReduce(whole, { group }), ArgumentError, "ended");
});

test("a port that somebody listens to is an error that says so", () => {
  using taken = Deno.listen({ hostname: "0.0.0.0", port: 0 });
  const { port } = taken.addr as Deno.NetAddr;
  const error = assertThrows(
    () =>
      distributed.initProcessGroup({
        initMethod: `tcp://127.0.0.1:${port}`,
        rank: 0,
        worldSize: 2,
        timeout: 5,
      }),
    DistributedError,
    `:${port}: the port is in use`,
  );
  assertEquals(error.rank, 0);
});

Deno.test("the environment is torchrun's, Slurm's, or a Kubernetes job's", () => {
  const read = (variables: Record<string, string>) => readEnvironment((name) => variables[name]);
  const place = { MASTER_ADDR: "node0", MASTER_PORT: "29500" };
  const whole = { host: "node0", port: 29500, served: false, attempt: 0 };
  assertEquals(read({ RANK: "3", WORLD_SIZE: "8", LOCAL_RANK: "1", ...place }), {
    rank: 3,
    worldSize: 8,
    localRank: 1,
    ...whole,
  });
  assertEquals(read({ SLURM_PROCID: "1", SLURM_NTASKS: "2", SLURM_LOCALID: "0", ...place }), {
    rank: 1,
    worldSize: 2,
    localRank: 0,
    ...whole,
  });
  assertEquals(read({ JOB_COMPLETION_INDEX: "2", WORLD_SIZE: "4", ...place }).rank, 2);
  assertEquals(
    read({
      RANK: "0",
      WORLD_SIZE: "2",
      TORCHELASTIC_USE_AGENT_STORE: "True",
      TORCHELASTIC_RESTART_COUNT: "2",
      ...place,
    }),
    { rank: 0, worldSize: 2, localRank: 0, ...whole, served: true, attempt: 2 },
  );
  for (
    const [wrong, message] of [
      [{ RANK: "2", WORLD_SIZE: "2", ...place }, 'RANK is a whole number from 0 to 1, got "2"'],
      [{ RANK: "x", WORLD_SIZE: "2", ...place }, 'got "x"'],
      [{ RANK: "0", ...place }, "WORLD_SIZE is not set"],
      [{ RANK: "0", WORLD_SIZE: "2", MASTER_PORT: "1" }, "MASTER_ADDR is not set"],
      [{ RANK: "0", WORLD_SIZE: "2", MASTER_ADDR: "a", MASTER_PORT: "70000" }, "70000"],
    ] as const
  ) assertThrows(() => read(wrong), ArgumentError, message);
});
