/**
 * Other names of LeViTs, made those of timm: for {@linkcode Levit}.
 *
 * @module
 */

import type { Tensor } from "../../torch/mod.ts";
import { hasEndings, type Rule, translated } from "./dialect.ts";
import type { Dialect } from "./dialect_type.ts";

type State = Readonly<Record<string, Tensor>>;

/** Older files keep what can be computed. */
const computed: Rule = [/^.*\.attention_bias_idxs$/, ""];

const ofMeta: readonly Rule[] = [
  computed,
  ...[0, 1, 2, 3].map((i): Rule => [
    new RegExp(`^patch_embed\\.${2 * i}\\.`),
    `stem.conv${i + 1}.`,
  ]),
  [/^blocks\.(\d+)\.(m\.)?/, "layers.0.$1."],
  [/\.(proj|q)\.1\./, ".$1.ln."],
  [/^(layers\.\d+\.\d+)\.0\./, "$1.ln1."],
  [/^(layers\.\d+\.\d+)\.2\./, "$1.ln2."],
  [/\.[cl]\.(?=weight$|bias$)/, ".linear."],
];

const ofTransformers: readonly Rule[] = [
  computed,
  [/^levit\./, ""],
  [/^patch_embeddings\.embedding_layer_(\d+)\.convolution\./, "stem.conv$1.linear."],
  [/^patch_embeddings\.embedding_layer_(\d+)\./, "stem.conv$1."],
  [/^encoder\.stages\.(\d+)\.layers\.(\d+)\.(module\.)?/, "layers.$1.$2."],
  [/\.queries_keys_values\./, ".qkv."],
  [/\.keys_values\./, ".kv."],
  [/\.queries\./, ".q.ln."],
  [/\.projection\./, ".proj.ln."],
  [/\.linear_up\./, ".ln1."],
  [/\.linear_down\./, ".ln2."],
  [/\.batch_norm\./, ".bn."],
  [/^classifier_distill\./, "head_dist."],
  [/^classifier\./, "head."],
];

/** A layer's place in the row, and the rest of a name. */
const LAYER = /^(layers\.(\d+)\.(\d+))\.(.*)$/;

/**
 * Elsewhere attention, what halves the map, and MLPs are layers in one row. timm has stages of them: attention begins a
 * block, what halves begins a stage, and an MLP belongs to what is before it.
 */
function inStages(state: Record<string, Tensor>): Record<string, Tensor> {
  const layers = new Map<string, { at: number; first: string }>();
  for (const [, layer, part, at, first] of Object.keys(state).flatMap(matched)) {
    const known = layers.get(layer)?.first ?? "";
    const kind = /^(qkv|kv)\./.test(first) ? first : known;
    layers.set(layer, { at: 1e6 * Number(part) + Number(at), first: kind });
  }
  let [stage, block] = [0, -1];
  const places = new Map<string, string>();
  for (const [layer, { first }] of [...layers].sort(([, a], [, b]) => a.at - b.at)) {
    const place = () =>
      block < 0 ? `stages.${stage}.downsample` : `stages.${stage}.blocks.${block}`;
    if (first.startsWith("qkv.")) {
      block++;
      places.set(layer, `${place()}.attn`);
    } else if (first.startsWith("kv.")) {
      [stage, block] = [stage + 1, -1];
      places.set(layer, `${place()}.attn_downsample`);
    } else places.set(layer, `${place()}.mlp`);
  }
  return Object.fromEntries(
    Object.entries(state).map(([name, tensor]) => {
      const [, layer, , , rest] = LAYER.exec(name) ?? [];
      return [layer === undefined ? name : `${places.get(layer)}.${rest}`, tensor];
    }),
  );
}

function matched(name: string): RegExpExecArray[] {
  const found = LAYER.exec(name);
  return found === null ? [] : [found];
}

/** A network with one head, as one whose two heads are the same: their mean is what the one gave. */
function withTwoHeads(state: Record<string, Tensor>): Record<string, Tensor> {
  if (!("head.linear.weight" in state) || "head_dist.linear.weight" in state) return state;
  const second = Object.entries(state).filter(([name]) => name.startsWith("head."))
    .map(([name, tensor]) => [name.replace("head.", "head_dist."), tensor]);
  return { ...state, ...Object.fromEntries(second) };
}

function isLevit(own: ReadonlySet<string> | undefined): boolean {
  return own === undefined || own.has("stages.0.blocks.0.attn.qkv.linear.weight");
}

/** The dialects that become timm's names. */
export const levitDialects: readonly Dialect[] = [
  {
    name: "Meta's LeViT",
    recognizes: (keys, own) =>
      isLevit(own) && hasEndings(keys, "patch_embed.0.c.weight", "blocks.0.m.qkv.c.weight"),
    translate: (state: State) => inStages(translated(state, ofMeta)),
  },
  {
    name: "transformers' LeViT",
    recognizes: (keys, own) =>
      isLevit(own) &&
      hasEndings(keys, "stages.0.layers.0.module.queries_keys_values.linear.weight"),
    translate: (state: State) => withTwoHeads(inStages(translated(state, ofTransformers))),
  },
];
