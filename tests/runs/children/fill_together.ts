/**
 * A rank that fills its share of a store in a process group: `fill_together.ts ROOT`, in which RANK is its own number. Says "whole" or what
 * went wrong.
 */

import * as runs from "../../../src/runs/mod.ts";
import * as torch from "../../../src/torch/mod.ts";
import * as models from "../../../src/models/mod.ts";
import { digits, supervised } from "../small_recipes.ts";

using group = torch.distributed.initProcessGroup({ timeout: 30 });
const root = Deno.args[0].replace("RANK", String(group.rank));
Deno.mkdirSync(root, { recursive: true });
const run = `${root}/teacher-${group.rank}.safetensors`;
torch.manualSeed(1);
using model = new models.SmallCnn({ widths: [4, 8], numClasses: 10 });
models.save(run, model);
const recipe: runs.Recipe = {
  ...supervised(),
  data: { train: digits({ take: 2100 }) },
  teachers: [{ name: "teacher", run }],
  method: "UNIFORM",
  threads: 1,
  store: { root },
};
try {
  await runs.fill(recipe, { progress: false });
  const [{ whole }] = await runs.storeStatus(recipe);
  console.log(whole ? "whole" : "not whole");
} catch (error) {
  console.log(`${error}`);
}
