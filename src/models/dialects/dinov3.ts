/**
 * Other names of DINOv3's vision transformers, made those of timm: for {@linkcode RotaryVit}.
 *
 * @module
 */

import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { hasEndings, type Rule, translated } from "./dialect.ts";
import type { Dialect } from "./dialect_type.ts";

type State = Readonly<Record<string, Tensor>>;

/** Both the names in files, and those that the modules have. */
const ofTransformers: readonly Rule[] = [
  [/^(.*\.)?embeddings\.mask_token$/, ""],
  [/^dinov3_vit\./, ""],
  [/^embeddings\.cls_token$/, "cls_token"],
  [/^embeddings\.register_tokens$/, "reg_token"],
  [/^embeddings\.patch_embeddings\./, "patch_embed.proj."],
  [/^(model\.)?layer\.(\d+)\./, "blocks.$2."],
  [/\.attention\.([qkv])_proj\.weight$/, ".attn.{$1}.weight"],
  [/\.attention\.([qv])_proj\.bias$/, ".attn.$1_bias"],
  [/\.attention\.o_proj\./, ".attn.proj."],
  [/\.layer_scale([12])\.lambda1$/, ".gamma_$1"],
  [/\.mlp\.gate_proj\./, ".mlp.fc1_g."],
  [/\.mlp\.down_proj\./, ".mlp.fc2."],
];

/** The first layer of an MLP; of a gated one that of its values. */
const upOf = (
  isGated: boolean,
): Rule => [/\.mlp\.up_proj\./, isGated ? ".mlp.fc1_x." : ".mlp.fc1."];

const ofMeta: readonly Rule[] = [
  [/^(mask_token|rope_embed\..*|local_cls_norm\..*|projectors\..*)$/, ""],
  [/^.*\.attn\.qkv\.bias_mask$/, ""],
  [/^storage_tokens$/, "reg_token"],
  [/\.ls([12])\.gamma$/, ".gamma_$1"],
  [/\.mlp\.w1\./, ".mlp.fc1_g."],
  [/\.mlp\.w2\./, ".mlp.fc1_x."],
  [/\.mlp\.w3\./, ".mlp.fc2."],
];

function fromTransformers(state: State): Record<string, Tensor> {
  const isGated = hasEndings(new Set(Object.keys(state)), ".mlp.gate_proj.weight");
  const joins = { qkv: ["{q}", "{k}", "{v}"] };
  return translated(state, [...ofTransformers, upOf(isGated)], joins);
}

function fromMeta(state: State): Record<string, Tensor> {
  const result = translated(state, ofMeta);
  for (const [name, bias] of Object.entries(result)) {
    if (!name.endsWith(".attn.qkv.bias")) continue;
    const [q, k, v] = torch.noGrad(() => bias.chunk(3));
    // The keys' biases are masked: without a mask they have to be nothing.
    if (!Object.hasOwn(state, `${name}_mask`) && !isNothing(k)) continue;
    delete result[name];
    const layer = name.slice(0, -"qkv.bias".length);
    result[`${layer}q_bias`] = q;
    result[`${layer}v_bias`] = v;
  }
  return result;
}

/** Biases of zeros are as good as none, which timm's networks have that are not called "qkvb". */
function withoutNothing(state: Record<string, Tensor>): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(state).filter(([name, bias]) =>
      !/\.attn\.[qv]_bias$/.test(name) || !isNothing(bias)
    ),
  );
}

const isNothing = (bias: Tensor): boolean => torch.scope(() => bias.ne(0).any().item() === 0);

const hasBiases = (keys: ReadonlySet<string>) => hasEndings(keys, ".attn.q_bias");

/** A dialect for networks with biases of queries and values, and for those without. */
function dialect(
  name: string,
  speaks: (keys: ReadonlySet<string>) => boolean,
  translate: Dialect["translate"],
): Dialect[] {
  const isFor = (own: ReadonlySet<string> | undefined) =>
    own === undefined || (own.has("reg_token") && own.has("blocks.0.gamma_1"));
  return [
    {
      name,
      recognizes: (keys, own) =>
        isFor(own) && (own === undefined || hasBiases(own)) && speaks(keys),
      translate,
    },
    {
      name: `${name}, without biases`,
      recognizes: (keys, own) => isFor(own) && own !== undefined && !hasBiases(own) && speaks(keys),
      translate: (state) => withoutNothing(translate(state)),
    },
  ];
}

/** The dialects that become timm's names of DINOv3. */
export const dinov3Dialects: readonly Dialect[] = [
  ...dialect(
    "transformers' DINOv3",
    (keys) => hasEndings(keys, "embeddings.patch_embeddings.weight", ".layer_scale1.lambda1"),
    fromTransformers,
  ),
  ...dialect(
    "Meta's DINOv3",
    (keys) => keys.has("storage_tokens") && keys.has("patch_embed.proj.weight"),
    fromMeta,
  ),
];
