import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { resultsOf, startRanks } from "../torch/distributed/start_ranks.ts";

const child = new URL("children/shared.ts", import.meta.url);

interface Ending {
  name: string;
  message: string;
  blamed?: number | null;
  own?: boolean;
}

interface Answered {
  answers: Record<string, Record<string, unknown>>;
  reads: Record<string, number[]>;
  progress: number[];
}

interface Compared {
  found: {
    alone: Answered;
    shared: Answered;
    stops: Record<string, Ending>;
    again: Answered["answers"];
  };
  left: number;
}

/** The images of every `size`th batch of 8, from the one of this rank on. */
function share(rank: number, size: number): number[] {
  return Array.from({ length: 50 }, (_, i) => i).filter((i) => Math.floor(i / 8) % size === rank);
}

for (const size of [2, 3]) {
  Deno.test(`each of ${size} processes looks at its share, and has what one alone has, to the last bit`, async (t) => {
    const results = resultsOf<Compared>(await startRanks(size, child, { args: ["compare"] }));

    await t.step("the same numbers", () => {
      const [{ found: { alone: first } }] = results;
      assertEquals(first.answers.all.count, 50);
      // 48 of 50, in full batches.
      assertEquals(first.answers.loader.count, 48);
      for (const { found: { alone, shared, again }, left } of results) {
        for (const [name, answer] of Object.entries(shared.answers)) {
          assertEquals(answer, first.answers[name], name);
          assertEquals(alone.answers[name], answer, name);
        }
        assertEquals(again.all, first.answers.all);
        assertEquals(shared.progress, [8, 16, 24, 32, 40, 48, 50]);
        assertEquals(alone.progress, shared.progress);
        assertEquals(left, 0);
      }
    });

    await t.step("other images are not read", () => {
      results.forEach(({ found: { alone, shared } }, rank) => {
        assertEquals(alone.reads.all, share(0, 1));
        assertEquals(shared.reads.all, share(rank, size));
        assertEquals(shared.reads.features, share(rank, size));
        assertEquals(shared.reads.iterable, share(0, 1));
        assertEquals(shared.reads.unshared, share(0, 1));
      });
      const shuffled = results.flatMap(({ found }) => found.shared.reads.loader);
      assertEquals(shuffled.sort((a, b) => a - b), results[0].found.alone.reads.loader);
    });

    await t.step("all stop together, and can go on", () => {
      results.forEach(({ found: { stops } }, rank) => {
        const { stopped, early, unreadable, others, unlabelled } = stops;
        for (const stop of [stopped, early]) {
          if (rank === 1) assertEquals([stop.own, stop.message], [true, "enough"]);
          else {
            assertEquals(stop.name, "InterruptedError");
            assertEquals(stop.message, "Rank 1 was asked to stop: enough");
          }
        }
        assertEquals(
          unreadable,
          rank === 1 ? { name: "Error", message: "image 10 is cut off" } : {
            name: "DistributedError",
            message: "Rank 1 failed: Error: image 10 is cut off",
            blamed: null,
          },
        );
        assertEquals(others.name, "ArgumentError");
        assertStringIncludes(others.message, "50 images in 7 batches of 8; rank 1 about");
        assertStringIncludes(others.message, "40 images in 5 batches of 8");
        assertEquals(unlabelled.name, "ArgumentError");
        assertStringIncludes(unlabelled.message, "no labels");
      });
    });
  });
}

Deno.test("an image that one process cannot read ends all, who name that process", async () => {
  const results = resultsOf<{ found: Ending; left: number; seconds: number }>(
    await startRanks(2, child, { args: ["fail"] }),
  );
  const [other, culprit] = results.map(({ found }) => found);
  assertEquals(culprit, { name: "Error", message: "image 10 is cut off" });
  assertEquals([other.name, other.blamed], ["DistributedError", 1]);
  assertMatch(other.message, /^Rank 1 failed: Error: image 10 is cut off\n/);
  for (const { left, seconds } of results) {
    assertEquals(left, 0);
    assert(seconds < 20, `it took ${seconds} s`);
  }
});
