import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Interrupt, letSignalsIn } from "../src/base/interrupt.ts";

const windows = Deno.build.os === "windows";

/** Runs a script, sends it signals each time it says "ready", and tells how it ended. */
async function run(
  body: string,
  signals: Deno.Signal[],
): Promise<{ code: number; out: string; err: string }> {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  const source = new URL("../src/base/interrupt.ts", import.meta.url).href;
  await Deno.writeTextFile(
    file,
    `import { Interrupt, letSignalsIn, withInterrupt } from "${source}";\n${body}`,
  );
  try {
    const config = new URL("../deno.json", import.meta.url).pathname;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", "--config", config, file],
      stdout: "piped",
      stderr: "piped",
      stdin: "null",
    }).spawn();
    const errors = new Response(child.stderr).text();
    let out = "";
    const left = [...signals];
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      out += text;
      for (const _ of text.matchAll(/ready/g)) {
        const signal = left.shift();
        if (signal) child.kill(signal);
      }
    }
    const { code } = await child.status;
    return { code, out, err: await errors };
  } finally {
    await Deno.remove(file);
  }
}

/** A loop that keeps the thread busy, as native calls do, and gives up after ten seconds. */
const LOOP = `
  const until = performance.now() + 10_000;
  const busy = () => { const t = performance.now(); while (performance.now() - t < 3); };
`;

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test({
    name: `${signal} ends a busy loop after the step at hand, work is kept, the code is 130`,
    ignore: windows,
    fn: async () => {
      const { code, out, err } = await run(
        `${LOOP}
        await withInterrupt(async (signal) => {
          console.log("ready");
          while (!signal.aborted && performance.now() < until) { busy(); await letSignalsIn(); }
          console.log(signal.aborted ? "kept" : "never stopped", signal.reason?.name);
        });
        console.log("end");`,
        [signal],
      );
      assertStringIncludes(err, "stopping after this step; press again to quit at once");
      assertStringIncludes(out, "kept InterruptedError\nend");
      assertEquals(code, 130);
    },
  });
}

Deno.test({
  name: "a second Ctrl-C quits at once",
  ignore: windows,
  fn: async () => {
    const { code, out } = await run(
      `${LOOP}
      await withInterrupt(async (signal) => {
        console.log("ready");
        let said = false;
        while (performance.now() < until) {
          busy();
          await letSignalsIn();
          if (signal.aborted && !said) { said = true; console.log("ready"); }
        }
      });
      console.log("not reached");`,
      ["SIGINT", "SIGINT"],
    );
    assert(!out.includes("not reached"));
    assertEquals(code, 130);
  },
});

Deno.test({
  name: "work that throws on the signal passes the error on, with code 130 where it is caught",
  ignore: windows,
  fn: async () => {
    const { code, out } = await run(
      `${LOOP}
      try {
        await withInterrupt(async (signal) => {
          console.log("ready");
          while (performance.now() < until) { busy(); await letSignalsIn(); signal.throwIfAborted(); }
        });
      } catch (error) { console.log("caught", error.name); }`,
      ["SIGINT"],
    );
    assertStringIncludes(out, "caught InterruptedError");
    assertEquals(code, 130);
  },
});

Deno.test({
  name: "after the work the default is back: Ctrl-C kills",
  ignore: windows,
  fn: async () => {
    const { code, out, err } = await run(
      `await withInterrupt(() => 1);
      { using _ = new Interrupt(); }
      console.log("ready");
      await new Promise((resolve) => setTimeout(resolve, 10_000));
      console.log("not reached");`,
      ["SIGINT"],
    );
    assert(!out.includes("not reached"));
    assert(!err.includes("stopping"));
    assertEquals(code, 130);
  },
});

Deno.test("no signal, no abort; letting signals in costs next to nothing", async () => {
  using interrupt = new Interrupt();
  let best = Infinity;
  for (let round = 0; round < 3; round++) {
    const from = performance.now();
    for (let i = 0; i < 20_000; i++) {
      const turn = letSignalsIn();
      if (turn) await turn;
    }
    best = Math.min(best, (performance.now() - from) / 20_000 * 1000);
  }
  assertEquals(interrupt.signal.aborted, false);
  assert(best < 5, `${best} us a call`);
});
