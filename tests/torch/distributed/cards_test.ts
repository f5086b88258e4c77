import { assertEquals, assertThrows } from "@std/assert";
import { ArgumentError, DistributedError } from "../../../src/base/errors.ts";
import { useCards } from "../../../src/torch/distributed/cards.ts";
import { ProcessGroup } from "../../../src/torch/distributed/process_group.ts";
import * as torch from "../../../src/torch/mod.ts";
import { inFolder, test } from "../../helpers.ts";

const { cuda, distributed } = torch;
const alone = (folder: string) => ({
  initMethod: `file://${folder}/meet-${Math.random()}`,
  rank: 0,
  worldSize: 1,
  timeout: 5,
});

test(
  "NCCL without a card is a DistributedError that names the rank, and the next group works",
  () =>
    inFolder((folder) => {
      for (const backend of ["nccl", "cpu:gloo,cuda:nccl"] as const) {
        const error = assertThrows(
          () => distributed.initProcessGroup({ ...alone(folder), backend }),
          DistributedError,
          'use the backend "gloo"',
        );
        assertEquals(error.rank, 0);
      }
      using group = distributed.initProcessGroup(alone(folder));
      assertEquals(group.backend, "gloo");
      assertEquals(distributed.allReduce(torch.ones([2])).toArray(), [1, 1]);
    }),
  { ignore: cuda.isAvailable() },
);

test(
  "the native library refuses NCCL by the same error where libtorch has none, or no card",
  () =>
    inFolder((folder) => {
      const store = new distributed.Store({
        at: { file: `${folder}/store` },
        size: 1,
        timeout: 5,
      });
      try {
        const parts = {
          rank: 0,
          size: 1,
          localRank: 0,
          timeout: 5,
          network: "",
          host: "127.0.0.1",
        };
        assertThrows(
          () => new ProcessGroup({ ...parts, store, peers: [], nccl: true }),
          DistributedError,
          'Use the backend "gloo"',
        );
      } finally {
        store.dispose();
      }
    }),
  { ignore: cuda.isAvailable() },
);

test("a backend that is none is refused, and gloo can be asked for anywhere", () =>
  inFolder((folder) => {
    assertThrows(
      () => distributed.initProcessGroup({ ...alone(folder), backend: "mpi" as "gloo" }),
      ArgumentError,
      '"cpu:gloo,cuda:nccl"',
    );
    using group = distributed.initProcessGroup({ ...alone(folder), backend: "gloo" });
    assertEquals(group.backend, "gloo");
  }));

test("Gloo alone carries tensors unless all processes have a card", () => {
  assertEquals(useCards(undefined, [true, false], 0), false);
  assertEquals(useCards("gloo", [false, false], 1), false);
  const error = assertThrows(
    () => useCards("nccl", [true, true, false], 0),
    DistributedError,
    "Rank 2 takes no part in NCCL",
  );
  assertEquals(error.rank, 2);
});
