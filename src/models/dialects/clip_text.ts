/**
 * Where the text tower is in a file of weights, and other names of its parameters: for {@linkcode ClipTextTower}.
 *
 * @module
 */

import { fromTransformersTower } from "./clip_transformers.ts";
import { hasEndings, type Rule } from "./dialect.ts";
import type { Dialect } from "./dialect_type.ts";

/** What the names of a text tower begin with, by OpenAI and OpenCLIP, and by transformers. */
const OWN = /^(token_embedding|positional_embedding|transformer|ln_final|text_projection)(\.|$)/;
const OF_TRANSFORMERS = /^(text_model\.|text_projection\.)/;

/** What lies beside the parameters, and is none: masks and lists of positions. */
const NO_PARAMETER = /(^|\.)(attn_mask|position_ids)$/;

/** What the name of a text tower's first table ends with, by either. */
const TABLE = /(^|\.)(text_model\.embeddings\.)?token_embedding\.weight$/;

/** Where the text tower and what belongs to both towers are in a file. */
export interface TextPlace {
  /** What the names of the text tower begin with: `""`, `"module."`, `"text."`. */
  readonly prefix: string;
  /** What the names of the whole CLIP begin with. */
  readonly root: string;
  /** Whether the names are transformers'. */
  readonly ofTransformers: boolean;
}

/** The text towers in a file, by the names of its tensors. */
export function textPlaces(names: Iterable<string>): TextPlace[] {
  const places: TextPlace[] = [];
  for (const name of names) {
    const found = TABLE.exec(name);
    if (found === null) continue;
    const prefix = name.slice(0, found.index) + found[1];
    // OpenCLIP puts the tower under "text." where it is not OpenAI's.
    const root = prefix.replace(/(^|\.)text\.$/, "$1");
    places.push({ prefix, root, ofTransformers: found[2] !== undefined });
  }
  return places;
}

/** A name without what stands before it; null if it is no parameter of the text tower. */
export function textName({ prefix, root, ofTransformers }: TextPlace, name: string): string | null {
  if (!name.startsWith(prefix) || NO_PARAMETER.test(name)) return null;
  const own = name.slice(prefix.length);
  // What lies under a prefix of the tower's own is all of the tower.
  return prefix !== root || (ofTransformers ? OF_TRANSFORMERS : OWN).test(own) ? own : null;
}

const rules: readonly Rule[] = [
  [/^text_model\.embeddings\.token_embedding\./, "token_embedding."],
  [/^text_model\.embeddings\.position_embedding\.weight$/, "positional_embedding"],
  [/^text_model\.encoder\.layers\./, "transformer.resblocks."],
  [/^text_model\.final_layer_norm\./, "ln_final."],
  [/^text_projection\.weight$/, "text_projection"],
];

/** The dialects that become OpenAI's names. */
export const clipTextDialects: readonly Dialect[] = [{
  name: "transformers' CLIP, its text tower",
  recognizes: (keys) =>
    hasEndings(keys, "text_model.embeddings.token_embedding.weight", "final_layer_norm.weight"),
  translate: (state) => fromTransformersTower(state, rules, "text_projection"),
}];
