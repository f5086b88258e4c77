/**
 * Runs `load_weights.ts` and `load_weights.py` by turns on a file of 350 MB and prints seconds, memory and ratios.
 *
 *     deno run -A tests/bench/load_weights_compare.ts [python] [rounds]
 *
 * `python` is an interpreter with the same version of torch, and safetensors.
 *
 * @module
 */

import * as torch from "../../src/torch/mod.ts";

const [python = "python3", rounds = "5"] = Deno.args;
const folder = Deno.makeTempDirSync();
const path = `${folder}/model.safetensors`;

// As a vision transformer has them: a hundred matrices of some megabytes, and small vectors.
const sizes = Array.from({ length: 12 }, () => [[768, 2304], [768, 768], [768, 3072], [3072, 768]])
  .flat().concat([[768, 3136]]);
torch.scope(() => {
  const state: Record<string, torch.Tensor> = {};
  sizes.forEach(([a, b], i) => {
    state[`${i}.weight`] = torch.randn([b, a]);
    state[`${i}.bias`] = torch.randn([b]);
  });
  torch.saveSafetensors(path, state);
});
torch.emptyCache();
Deno.writeTextFileSync(`${path}.json`, JSON.stringify(sizes));
console.log(`a file of ${(Deno.statSync(path).size / 1e6).toFixed(0)} MB`);

type Figures = Record<"seconds" | "peakExtra" | "anonymousExtra" | "sum", number>;
const here = new URL(".", import.meta.url).pathname;
const deno = [Deno.execPath(), "run", "-A", `${here}load_weights.ts`, path];
const py = [python, `${here}load_weights.py`, path];
const ways: [name: string, command: string[]][] = [
  ["loadWeights", [...deno, "copy"]],
  ["loadWeights, assign", [...deno, "assign"]],
  ["safetensors load_file + load_state_dict", [...py, "copy"]],
  ["safetensors load_file + assign", [...py, "assign"]],
  ["safetensors load_model", [...py, "load_model"]],
];
const found = new Map<string, Figures[]>(ways.map(([name]) => [name, []]));
try {
  for (let round = 0; round < Number(rounds); round++) {
    for (const [name, [command, ...args]] of ways) {
      const { stdout, success } = await new Deno.Command(command, { args, stderr: "inherit" })
        .output();
      if (!success) throw new Error(`${command} ${args.join(" ")} failed`);
      found.get(name)!.push(JSON.parse(new TextDecoder().decode(stdout)));
    }
  }
} finally {
  Deno.removeSync(folder, { recursive: true });
}
const sums = new Set([...found.values()].flat().map(({ sum }) => sum.toFixed(3)));
if (sums.size !== 1) throw new Error(`The loaded weights differ: ${[...sums].join(", ")}`);
const best = (name: string, figure: keyof Figures) =>
  Math.min(...found.get(name)!.map((figures) => figures[figure]));
for (const [name] of ways) {
  console.log(
    `${name.padEnd(42)} ${best(name, "seconds").toFixed(3)} s  peak beside the model ${
      best(name, "peakExtra").toFixed(0).padStart(4)
    } MiB  anonymous ${best(name, "anonymousExtra").toFixed(0).padStart(4)} MiB`,
  );
}
for (const other of ["load_file + load_state_dict", "load_model"]) {
  const ratio = best(`safetensors ${other}`, "seconds") / best("loadWeights", "seconds");
  console.log(`speed against ${other}: ${ratio.toFixed(2)}`);
}
