/**
 * Loading a file of 350 MB: the ways of this package beside those of Python's safetensors.
 *
 * @module
 */

import * as torch from "../../src/torch/mod.ts";
import { alternate, best } from "./alternate.ts";
import { type Comparison, denoCommand, pythonCommand } from "./comparison.ts";

/** Writes a model's weights, and their sizes beside them. */
function writeFile(path: string): void {
  // As a vision transformer has them: a hundred matrices of some megabytes, and small vectors.
  const block = [[768, 2304], [768, 768], [768, 3072], [3072, 768]];
  const sizes = [...Array.from({ length: 12 }, () => block).flat(), [768, 3136]];
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
}

/** Which way of ours stands against which way of theirs. */
const RIVALS = [
  ["copied, against load_file and load_state_dict", "copy", "theirCopy"],
  ["copied, against load_model", "copy", "theirModel"],
  ["assigned, against load_file and assign", "assign", "theirAssign"],
] as const;

/** Seconds of the best round; the memory at the peak, beside the model's own, is compared, too. */
export const loadWeights: Comparison = {
  about:
    "seconds to load 350 MB into a model, and MiB at the peak beside the model; needs safetensors",
  better: "lower",
  async run({ python, rounds }) {
    const folder = await Deno.makeTempDir();
    try {
      const path = `${folder}/model.safetensors`;
      writeFile(path);
      const ours = (way: string) => denoCommand("load_weights", [path, way]);
      const theirs = (way: string) => pythonCommand(python, "load_weights", [path, way]);
      const found = await alternate({
        copy: ours("copy"),
        assign: ours("assign"),
        theirCopy: theirs("copy"),
        theirAssign: theirs("assign"),
        theirModel: theirs("load_model"),
      }, rounds);
      const sums = new Set(Object.values(found).flat().map(({ sum }) => sum.toFixed(3)));
      if (sums.size !== 1) throw new Error(`The loaded weights differ: ${[...sums].join(", ")}.`);
      return RIVALS.flatMap(([name, own, other]) => {
        const [a, b] = [best(found[own], "lower"), best(found[other], "lower")];
        return [
          { name: `seconds, ${name}`, ours: a.seconds, theirs: b.seconds },
          { name: `MiB at the peak, ${name}`, ours: a.peakExtra, theirs: b.peakExtra },
        ];
      });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
};
