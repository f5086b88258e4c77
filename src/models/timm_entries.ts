/**
 * Entries of the registry by timm's names.
 *
 * @module
 */

import type { Backbone } from "./backbone.ts";
import type { BuildOptions, ModelEntry } from "./entry.ts";
import { architectureFacts, weightsFacts } from "./published/facts.ts";

/** Makes a network; of the size of images only what decides its parameters is given. */
export type Build = (options: BuildOptions) => Backbone;

/** More about entries, where there is more. */
export type EntryExtras = Partial<Pick<ModelEntry, "source" | "ofFile" | "published">>;

/**
 * The entries of a family: by their names in timm how each is made. All else that is known of them is what timm says of
 * the architecture and of its weights, those of each tag.
 */
export function timmEntries(
  paper: string,
  builds: Readonly<Record<string, Build>>,
  extras: EntryExtras = {},
): ModelEntry[] {
  return Object.entries(builds).map(([name, build]) => timmEntry(name, { paper, build, extras }));
}

function timmEntry(
  name: string,
  about: { readonly paper: string; readonly build: Build; readonly extras: EntryExtras },
  tag?: string,
): ModelEntry {
  const { patchSize, ...architecture } = architectureFacts(name);
  const { isFixedSize, ...weights } = weightsFacts(name, tag);
  const side = patchSize === null ? null : Math.floor(weights.inputSize / patchSize);
  return {
    name: tag === undefined ? name : `${name}.${tag}`,
    source: "timm",
    paper: about.paper,
    ...architecture,
    ...weights,
    patchGrid: side === null ? null : [side, side],
    build: (options) => {
      const imageSize = options.imageSize ?? (isFixedSize ? weights.inputSize : undefined);
      return about.build({ ...options, imageSize });
    },
    tagged: (other) => timmEntry(name, about, other),
    ...about.extras,
  };
}
