/**
 * All architectures, by name.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { wildcard } from "../base/match_names.ts";
import { nearest } from "../base/nearest.ts";
import { aimv2 } from "./aimv2_entries.ts";
import { beit } from "./beit_entries.ts";
import { byob } from "./byob_entries.ts";
import { cifarResnet } from "./cifar_resnet_entries.ts";
import { clip } from "./clip_entries.ts";
import { convnext } from "./convnext_entries.ts";
import { deit } from "./deit_entries.ts";
import { densenet } from "./densenet_entries.ts";
import { dinov3 } from "./dinov3_entries.ts";
import { edgenext } from "./edgenext_entries.ts";
import { efficientformerV2 } from "./efficientformer_v2_entries.ts";
import { efficientvitMit } from "./efficientvit_mit_entries.ts";
import { efficientvitMsra } from "./efficientvit_msra_entries.ts";
import type { ModelEntry } from "./entry.ts";
import { eva } from "./eva_entries.ts";
import { fastVit } from "./fastvit_entries.ts";
import { ghostnet } from "./ghostnet_entries.ts";
import { hgNet } from "./hgnet_entries.ts";
import { hiera } from "./hiera_entries.ts";
import { inceptionV3 } from "./inception_v3_entries.ts";
import { legacySeNet } from "./legacy_senet_entries.ts";
import { levit } from "./levit_entries.ts";
import { maxvit } from "./maxvit_entries.ts";
import { metaformer } from "./metaformer_entries.ts";
import { mlpMixer } from "./mlp_mixer_entries.ts";
import { mobile } from "./mobile_entries.ts";
import { mobileOne } from "./mobileone_entries.ts";
import { mobilevit } from "./mobilevit_entries.ts";
import { naflexvit } from "./naflexvit_entries.ts";
import { nfnet } from "./nfnet_entries.ts";
import { perceptionEncoder } from "./perception_encoder_entries.ts";
import { regNet } from "./regnet_entries.ts";
import { regNetTorchvision } from "./regnet_torchvision_entries.ts";
import { repVgg } from "./repvgg_entries.ts";
import { repVit } from "./repvit_entries.ts";
import { radio } from "./radio_entries.ts";
import { resNeSt } from "./resnest_entries.ts";
import { resnet } from "./resnet_entries.ts";
import { resnetV2 } from "./resnetv2_entries.ts";
import { ropeVits } from "./rope_vit_entries.ts";
import { siglip } from "./siglip_entries.ts";
import { swin } from "./swin_entries.ts";
import { tinyVit } from "./tiny_vit_entries.ts";
import { vgg } from "./vgg_entries.ts";
import { vit } from "./vit_entries.ts";
import { vitPretrained } from "./vit_pretrained_entries.ts";
import { wideResnet } from "./wide_resnet_entries.ts";

// One line for each family, in alphabetical order; a family exports its entries and does nothing else on import.

const families: readonly (readonly ModelEntry[])[] = [
  aimv2,
  beit,
  byob,
  cifarResnet,
  clip,
  convnext,
  deit,
  densenet,
  dinov3,
  edgenext,
  efficientformerV2,
  efficientvitMit,
  efficientvitMsra,
  eva,
  fastVit,
  ghostnet,
  hgNet,
  hiera,
  inceptionV3,
  legacySeNet,
  levit,
  maxvit,
  metaformer,
  mlpMixer,
  mobileOne,
  mobile,
  mobilevit,
  naflexvit,
  nfnet,
  perceptionEncoder,
  regNet,
  regNetTorchvision,
  repVgg,
  repVit,
  resNeSt,
  radio,
  resnet,
  resnetV2,
  ropeVits,
  siglip,
  swin,
  tinyVit,
  vgg,
  vit,
  vitPretrained,
  wideResnet,
];

let byName: Map<string, ModelEntry> | undefined;

function all(): Map<string, ModelEntry> {
  return byName ??= new Map(
    families.flat().map((entry): [string, ModelEntry] => [entry.name, entry])
      .sort(([a], [b]) => a < b ? -1 : 1),
  );
}

/** What {@linkcode list} lists. */
export interface ListOptions {
  /**
   * Whether the names are those of published weights, `architecture.tag`, as timm's `list_models(pretrained=True)`;
   * false by default, but for patterns with a point.
   */
  readonly pretrained?: boolean;
}

/**
 * The names of the architectures, in alphabetical order: those that match `pattern`, in which `*` stands for
 * anything.
 *
 * @example
 * ```ts
 * import { models } from "@apprentice/distill";
 *
 * models.list("resnet*"); // resnet101, resnet152, resnet18, …
 * models.list("resnet50*", { pretrained: true }); // those of its weights
 * ```
 */
export function list(pattern = "*", options: ListOptions = {}): string[] {
  const { pretrained = pattern.includes(".") } = options;
  const wanted = wildcard(pattern);
  const names = pretrained
    ? [...all().values()].flatMap(({ name, tags }) =>
      // A name may have a point of its own.
      tags.length === 0 && name.includes(".") ? [name] : tags.map((tag) => `${name}.${tag}`)
    )
    : [...all().keys()];
  return names.filter((name) => wanted.test(name));
}

/** The entry that a name means, and the tag that the name has beside. */
function lookUp(name: string): { readonly base: ModelEntry; readonly tag?: string } | undefined {
  const own = name.replace(/^timm\//, "");
  const whole = all().get(name) ?? all().get(own);
  if (whole !== undefined) return { base: whole };
  const point = own.indexOf(".");
  const base = point < 0 ? undefined : all().get(own.slice(0, point));
  return base?.tagged === undefined ? undefined : { base, tag: own.slice(point + 1) };
}

/**
 * Whether there is an architecture of this name, with a tag or without. Whether it has such weights says
 * {@linkcode entry}.
 *
 * @example
 * ```ts
 * import { models } from "@apprentice/distill";
 *
 * models.has("resnet50.a1_in1k"); // true
 * ```
 */
export function has(name: string): boolean {
  return lookUp(name) !== undefined;
}

/**
 * What is known of an architecture, and of its weights of a tag: `"vit_small_patch16_dinov3.lvd1689m"`. A name without a
 * tag means the first of the architecture's weights. `timm/` may stand before timm's names.
 *
 * @throws {ArgumentError} if there is none of this name, or no such tag; the message has the nearest ones.
 *
 * @example
 * ```ts
 * import { models } from "@apprentice/distill";
 *
 * const { inputSize, featureDim, stageReductions } = models.entry("resnet50");
 * ```
 */
export function entry(name: string): ModelEntry {
  const found = lookUp(name);
  if (found !== undefined) {
    const { base, tag } = found;
    return tag === undefined ? base : base.tagged!(tag);
  }
  const near = nearest(name, [...all().keys()]);
  throw new ArgumentError(
    `There is no architecture "${name}". The nearest names are ${near.join(", ")}; ` +
      `models.list() has all ${all().size}.`,
  );
}
