import { assertEquals, assertStringIncludes } from "@std/assert";
import * as torch from "../../src/torch/mod.ts";
import { resultsOf, startRanks } from "../torch/distributed/start_ranks.ts";

const cards = torch.cuda.deviceCount();
const script = new URL("children/nccl.ts", import.meta.url);

for (const size of [1, 2]) {
  Deno.test({
    name: `collectives of ${size} cards by NCCL give what they should`,
    ignore: cards < size,
    async fn() {
      const results = resultsOf<unknown>(await startRanks(size, script, { within: 120 }));
      const ranks = Array.from({ length: size }, (_, rank) => rank);
      const sum = (size * (size + 1)) / 2;
      results.forEach((found, rank) =>
        assertEquals(found, {
          backend: "cpu:gloo,cuda:nccl",
          device: `cuda:${rank}`,
          reduced: {
            sum: [sum, 2 * size],
            avg: [sum / size, 2],
            min: [1, 2],
            max: [size, 2],
            product: [size, 2 ** size],
          },
          half: [sum],
          gathered: ranks.flatMap((other) => [other, 7]),
          sent: [5],
          grad: [sum, sum],
          mean: [sum / size, sum / size],
          cpu: [sum],
        })
      );
    },
  });
}

Deno.test({
  name: "more processes than cards end with an error that names one that has none",
  ignore: cards === 0,
  async fn() {
    const only = [cards];
    const [ended] = await startRanks(cards + 1, script, { only, within: 60 });
    assertEquals(ended.code === 0, false);
    assertStringIncludes(ended.stderr, `Rank ${cards} has no card for NCCL`);
  },
});
