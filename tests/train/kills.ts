/**
 * Kills processes that train together, at random moments, and goes on from the checkpoint each time, until the training is done;
 * then compares it with one that nothing happened to. Prints what each kill found.
 *
 *     deno run -A tests/train/kills.ts [--kills 30] [--processes 2] [--seed 1]
 *
 * @module
 */

import { parseArgs } from "node:util";
import { startRanks } from "../torch/distributed/start_ranks.ts";
import type { Asked, Came } from "./together_child.ts";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "30" },
    processes: { type: "string", default: "2" },
    seed: { type: "string", default: "1" },
  },
});
const script = new URL("together_child.ts", import.meta.url);
const processes = Number(values.processes);
let state = Number(values.seed);
const random = () => (state = (state * 48271) % 0x7fffffff) / 0x7fffffff;

/** Starts the processes; kills one after so many seconds, if given. */
async function start(asked: Asked, kill?: { rank: number; after: number }) {
  let killed = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const ended = await startRanks(processes, script, {
    args: [JSON.stringify([asked])],
    within: 600,
    started: (children) => {
      timer = kill && setTimeout(() => {
        killed = performance.now();
        try {
          children[kill.rank].kill("SIGKILL");
        } catch {
          // It was done.
        }
      }, 1000 * kill.after);
    },
  });
  clearTimeout(timer);
  return { seconds: killed === 0 ? 0 : (performance.now() - killed) / 1000, ended };
}

const folder = await Deno.makeTempDir();
const common = { method: "Uniform", dtype: "float64" } as const;
const checkpoint = `${folder}/killed.safetensors`;
// Long enough for all the kills.
const epochs = Math.ceil(Number(values.kills) * 3);
console.log(`${values.kills} kills of ${processes} processes, ${epochs} epochs`);
let named = 0;
let kills = 0;
while (kills < Number(values.kills)) {
  const rank = Math.floor(random() * processes);
  const after = 0.3 + 2 * random();
  const { ended, seconds } = await start({ ...common, epochs, checkpoint, resume: true }, {
    rank,
    after,
  });
  if (ended.every(({ code }) => code === 0)) break;
  kills++;
  const told = ended.filter((_, i) => i !== rank).map(({ stderr }) =>
    /(Rank \d+ (?:is gone|of|failed|at|left|came|did)[^.]*)|(Nobody answered[^.]*)/.exec(stderr)
      ?.[0] ??
      stderr.split("\n")[0]
  );
  const isNamed = told.every((text) => text.includes(`Rank ${rank}`) || text.includes("Nobody"));
  named += isNamed ? 1 : 0;
  console.log(
    `kill ${kills}: rank ${rank} after ${after.toFixed(2)} s; the others ended ${
      seconds.toFixed(1)
    } s later: ${told[0]}`,
  );
}
const goOn = await start({ ...common, epochs, checkpoint, resume: true });
const whole = await start({ ...common, epochs });
const came = [goOn, whole].map(({ ended }) =>
  JSON.parse(ended[0].stdout.trim().split("\n").at(-1)!)[0] as Came
);
const largest = Math.max(
  ...came[0].state.map((value, i) =>
    Math.abs(value - came[1].state[i]) / Math.max(1, Math.abs(came[1].state[i]))
  ),
);
console.log(
  `${kills} kills, the culprit named in ${named}; steps ${came[0].step} and ${
    came[1].step
  }; largest difference ` +
    `from the undisturbed training ${largest}`,
);
await Deno.remove(folder, { recursive: true });
Deno.exit(largest <= 1e-9 && came[0].step === came[1].step ? 0 : 1);
