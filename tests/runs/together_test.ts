import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { inFolder } from "../helpers.ts";
import { freePort, resultsOf, startRanks } from "../torch/distributed/start_ranks.ts";

const script = new URL("together_child.ts", import.meta.url);

interface Found {
  steps: number;
  right: number;
  loss: number;
  models: [string, number][];
}

Deno.test("a recipe in two processes leaves one folder like that of one, teachers and store included", () =>
  inFolder(async (folder) => {
    const go = async (processes: number, name: string, epochs: number, cache = name) => {
      const args = [`${folder}/${name}`, `${folder}/${cache}.cache`, String(epochs)];
      return await startRanks(processes, script, { args });
    };
    const [alone] = resultsOf<Found>(await go(1, "one", 2));
    const ended = await go(2, "two", 1);
    // One speaks for both.
    assertStringIncludes(ended[0].stderr, "epoch 1/1");
    assertEquals(ended[1].stderr, "");
    const more = resultsOf<Found>(await go(2, "two", 2));
    for (const came of more) {
      assertEquals(came, more[0]);
      assertEquals(came.steps, alone.steps);
      assert(Math.abs(came.loss - alone.loss) < 1e-3, `${came.loss} and ${alone.loss}`);
      assert(Math.abs(came.right - alone.right) < 0.05, `${came.right} and ${alone.right}`);
      came.models.forEach(([name, right], i) => {
        assertEquals(name, alone.models[i][0]);
        assert(Math.abs(right - alone.models[i][1]) < 0.05);
      });
    }
    const files = (name: string) =>
      [...Deno.readDirSync(`${folder}/${name}`)].map((entry) => entry.name)
        .map((file) => file.replace(/tfevents\.\d+/, "tfevents"))
        .filter((file, i, all) => all.indexOf(file) === i).sort();
    assertEquals(files("two"), files("one"));
  }));

Deno.test("a process that is given another recipe is named, and in what it differs", () =>
  inFolder(async (folder) => {
    const port = String(freePort());
    const both = [`${folder}/run`, `${folder}/cache`];
    const ended = await Promise.all([0, 1].map((rank) =>
      startRanks(2, script, {
        args: [...both, String(1 + rank)],
        only: [rank],
        env: { MASTER_PORT: port, APPRENTICE_TIMEOUT: "20" },
      })
    ));
    for (const [{ code, stderr }] of ended) {
      assertEquals(code, 1);
      assertStringIncludes(stderr, "Rank 1 would train something else than rank 0:");
      assertStringIncludes(stderr, "epochs: 1 at rank 0, 2 at rank 1");
    }
  }));
