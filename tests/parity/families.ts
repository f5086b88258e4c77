/**
 * Which networks stand for their families, and weights that show what is lost.
 *
 * @module
 */

import type { Backbone } from "../../src/models/backbone.ts";
import type { ModelEntry } from "../../src/models/entry.ts";
import * as torch from "../../src/torch/mod.ts";

/** The smallest of each family and publisher. */
export async function families(): Promise<string[]> {
  const found: string[] = [];
  const folder = new URL("../../src/models/", import.meta.url);
  const files = [...Deno.readDirSync(folder)].map(({ name }) => name)
    .filter((name) => name.endsWith("_entries.ts")).sort();
  for (const file of files) {
    const exported = Object.values(await import(new URL(file, folder).href));
    const entries = exported.filter(Array.isArray).flat() as ModelEntry[];
    const bySource = Map.groupBy(entries, ({ source }) => source);
    for (const own of bySource.values()) {
      const size = ({ featureDim, stageDims }: ModelEntry): number =>
        featureDim * stageDims.reduce((a, b) => a + b, 0);
      found.push(own.toSorted((a, b) => size(a) - size(b))[0].name);
    }
  }
  return [...new Set(found)];
}

/** Values that are the same everywhere, and statistics of 0 and 1, would hide what is not loaded. */
export function randomize(model: Backbone): void {
  torch.noGrad(() =>
    torch.scope(() => {
      for (const [name, tensor] of Object.entries(model.stateDict())) {
        if (!tensor.dtype.startsWith("float")) continue;
        if (name.endsWith("running_var")) tensor.uniform_(0.5, 1.5);
        else if (tensor.max().item() === tensor.min().item()) {
          tensor.add_(torch.randn(tensor.shape).mul(0.1));
        }
      }
    })
  );
}

/**
 * Gives batch norms the statistics of random images of a size. With others the values of a deep network grow or vanish, and
 * so does what rounding does to them.
 */
export function calibrate(model: Backbone, size: readonly number[]): void {
  for (const module of model.modules()) {
    if ("momentum" in module) Object.assign(module, { momentum: 1 });
  }
  model.train();
  torch.noGrad(() => torch.scope(() => void model.forward(torch.randn([8, ...size]))));
  model.eval();
}
