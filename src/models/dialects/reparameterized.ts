/**
 * Other names of networks with branches, made those of timm: for {@linkcode RepVgg}, {@linkcode MobileOne} and
 * {@linkcode FastVit}, in both forms.
 *
 * @module
 */

import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { hasEndings, type Rule, translated } from "./dialect.ts";
import type { Dialect } from "./dialect_type.ts";

type State = Readonly<Record<string, Tensor>>;

/** The stem is stage 0 there. */
const stages: readonly Rule[] = [
  [/^stage0\./, "stem."],
  ...[1, 2, 3, 4].map((i): Rule => [new RegExp(`^stage${i}\\.`), `stages.${i - 1}.`]),
  [/^linear\./, "head.fc."],
];

const ofRepVgg: readonly Rule[] = [
  ...stages,
  [/\.rbr_dense\./, ".conv_kxk."],
  [/\.rbr_1x1\./, ".conv_1x1."],
  [/\.rbr_identity\./, ".identity."],
  [/\.rbr_reparam\./, ".reparam_conv."],
  [/\.se\.down\./, ".attn.fc1."],
  [/\.se\.up\./, ".attn.fc2."],
];

/** Apple's names of a block's branches. */
const branches: readonly Rule[] = [
  [/\.rbr_conv\./, ".conv_kxk."],
  [/\.rbr_scale\./, ".conv_scale."],
  [/\.rbr_skip\./, ".identity."],
];

const ofMobileOne: readonly Rule[] = [
  ...stages,
  ...branches,
  [/\.se\.reduce\./, ".attn.fc1."],
  [/\.se\.expand\./, ".attn.fc2."],
];

const ofFastVit: readonly Rule[] = [
  [/^patch_embed\./, "stem."],
  [/^conv_exp\./, "final_conv."],
  [/^head\.(?=weight|bias)/, "head.fc."],
  ...branches,
  [/\.lkb_origin\./, ".large_conv."],
  [/\.lkb_reparam\./, ".reparam_conv."],
  [/\.convffn\./, ".mlp."],
  [/\.se\.reduce\./, ".se.fc1."],
  [/\.se\.expand\./, ".se.fc2."],
  [/\.(layer_scale(_[12])?)$/, ".$1.gamma"],
];

/** Apple's list of parts as stages: what halves the map begins one, positions stand before the blocks. */
function fromFastVit(state: State): Record<string, Tensor> {
  const places = Object.keys(state).flatMap((key) =>
    /^network\.(\d+)\.proj\./.exec(key)?.[1] ?? []
  );
  const starts = [...new Set(places.map(Number))];
  const named = Object.entries(translated(state, ofFastVit)).map(([key, tensor]) => {
    const [, place, rest] = /^network\.(\d+)\.(.*)$/.exec(key) ?? [];
    if (place === undefined) return [key, tensor] as const;
    const stage = starts.filter((start) => start <= Number(place)).length;
    const part = rest.startsWith("proj.")
      ? `downsample.${rest}`
      : rest.startsWith("pe.")
      ? `pos_emb.pos_enc.${rest.slice(3)}`
      : rest.startsWith("reparam_conv.")
      ? `pos_emb.${rest}`
      : `blocks.${rest}`;
    return [`stages.${stage}.${part}`, tensor] as const;
  });
  return Object.fromEntries(named);
}

/** MobileCLIP's image tower, whose projection is timm's classifier without its bias; the text's tower is left out. */
function fromMobileClip(state: State): Record<string, Tensor> {
  const own = translated(state, [
    [/^(?!image_encoder\.model\.).*$/, ""],
    [/^image_encoder\.model\./, ""],
  ]);
  const { "head.proj": projection, ...tower } = own;
  const result = fromFastVit(tower);
  if (projection === undefined) return result;
  const { dtype, device } = projection;
  return torch.noGrad(() => ({
    ...result,
    "head.fc.weight": projection.t(),
    "head.fc.bias": torch.zeros([projection.size(1)], { dtype, device }),
  }));
}

const ofOpenClip: readonly Rule[] = [[/^(?!visual\.trunk\.).*$/, ""], [/^visual\.trunk\./, ""]];

const isFastVit = (own?: ReadonlySet<string>) =>
  own === undefined || own.has("final_conv.se.fc1.weight");

/** A dialect of a network that is known by one of these tensors. */
function dialect(
  name: string,
  isOwn: (own?: ReadonlySet<string>) => boolean,
  known: readonly string[],
  translate: Dialect["translate"],
): Dialect {
  return {
    name,
    recognizes: (keys, own) => isOwn(own) && known.some((ending) => hasEndings(keys, ending)),
    translate,
  };
}

const isStem = (...names: string[]) => (own?: ReadonlySet<string>) =>
  own === undefined || names.some((name) => own.has(`stem.${name}`));

/** The first tensors of Apple's FastViTs, in both forms. */
const stems = (prefix: string): string[] =>
  ["rbr_conv.0.conv", "reparam_conv"].map((part) => `${prefix}patch_embed.0.${part}.weight`);

/** The dialects that become timm's names. */
export const reparameterizedDialects: readonly Dialect[] = [
  dialect(
    "DingXiaoH's RepVGG",
    isStem("conv_1x1.conv.weight", "reparam_conv.weight"),
    ["stage0.rbr_dense.conv.weight", "stage0.rbr_reparam.weight"],
    (state) => translated(state, ofRepVgg),
  ),
  dialect(
    "Apple's MobileOne",
    isStem("conv_scale.conv.weight", "reparam_conv.weight"),
    ["stage0.rbr_conv.0.conv.weight", "stage0.reparam_conv.weight"],
    (state) => translated(state, ofMobileOne),
  ),
  dialect("Apple's MobileCLIP", isFastVit, stems("image_encoder.model."), fromMobileClip),
  {
    name: "Apple's FastViT",
    recognizes: (keys, own) =>
      isFastVit(own) && stems("").some((stem) => hasEndings(keys, stem)) &&
      !stems("image_encoder.model.").some((stem) => hasEndings(keys, stem)),
    translate: fromFastVit,
  },
  dialect(
    "OpenCLIP's MobileCLIP",
    isFastVit,
    ["visual.trunk.stem.0.conv_kxk.0.conv.weight", "visual.trunk.stem.0.reparam_conv.weight"],
    (state) => translated(state, ofOpenClip),
  ),
];
