/**
 * Networks that two publishers call by the same name, with the same names of parameters.
 *
 * @module
 */

import type { ModelEntry } from "./entry.ts";

/** timm's tag of torchvision's first weights of a network. */
const TAG = "tv_in1k";

/**
 * Entries of timm for networks that torchvision has by the same names: a name alone means torchvision's weights, which
 * timm tags `tv_in1k`, and so does `torchvision/` before it.
 */
export function torchvisionsOwn(entries: readonly ModelEntry[]): ModelEntry[] {
  return entries.flatMap((entry) => {
    const own: ModelEntry = {
      ...entry.tagged!(TAG),
      name: entry.name,
      source: "torchvision (timm has the same names)",
      tags: [TAG, ...entry.tags.filter((tag) => tag !== TAG)],
    };
    const { name, tagged: _, ...others } = own;
    return [own, { ...others, name: `torchvision/${name}`, source: "torchvision", tags: [] }];
  });
}
