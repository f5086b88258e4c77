/** Runs a recipe in a process of its own, to be killed. */
import * as runs from "../../src/runs/mod.ts";

const [recipe, out] = Deno.args;
using run = await runs.run(JSON.parse(recipe), {
  out,
  cache: `${out}-teachers`,
  resume: true,
  progress: false,
});
console.log(run.folder);
