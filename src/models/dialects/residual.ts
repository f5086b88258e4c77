/**
 * Other names of residual networks and RegNets, made those of timm: for {@linkcode ResNet} and {@linkcode RegNet}.
 *
 * @module
 */

import type { Tensor } from "../../torch/mod.ts";
import { hasEndings, type Rule, translated } from "./dialect.ts";
import type { Dialect } from "./dialect_type.ts";

type State = Readonly<Record<string, Tensor>>;

/** Stages and layers are counted from 1 there, and blocks of RegNets too. */
const next = (stage: string): string => String(Number(stage) + 1);

/** Renames by rules, then counts the marked places `<0>` on by one. */
function counted(state: State, rules: readonly Rule[]): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(translated(state, rules)).map(([name, tensor]) => [
      name.replace(/<(\d+)>/g, (_, place) => next(place)),
      tensor,
    ]),
  );
}

const ofTransformersResNet: readonly Rule[] = [
  [/^resnet\./, ""],
  [/^embedder\.embedder\.convolution\./, "conv1."],
  [/^embedder\.embedder\.normalization\./, "bn1."],
  [/^encoder\.stages\.(\d+)\.layers\.(\d+)\./, "layer<$1>.$2."],
  [/\.shortcut\.convolution\./, ".downsample.0."],
  [/\.shortcut\.normalization\./, ".downsample.1."],
  [/\.layer\.(\d+)\.convolution\./, ".conv<$1>."],
  [/\.layer\.(\d+)\.normalization\./, ".bn<$1>."],
  [/^classifier\.1\./, "fc."],
];

/** The last convolution is the third of `layer` in X, and the fourth, after squeeze and excitation, in Y. */
const ofTransformersRegNet: readonly Rule[] = [
  [/^regnet\./, ""],
  [/^embedder\.embedder\./, "stem."],
  [/^encoder\.stages\.(\d+)\.layers\.(\d+)\./, "s<$1>.b<$2>."],
  [/\.shortcut\./, ".downsample."],
  [/\.layer\.2\.attention\.0\./, ".se.fc1."],
  [/\.layer\.2\.attention\.2\./, ".se.fc2."],
  [/\.layer\.([01])\./, ".conv<$1>."],
  [/\.layer\.[23]\./, ".conv3."],
  [/\.convolution\./, ".conv."],
  [/\.normalization\./, ".bn."],
  [/^classifier\.1\./, "head.fc."],
];

/** The parts of a block by pycls' names, which torchvision, ClassyVision and VISSL share; `.0` convolves, `.1` norms. */
const parts: readonly (readonly [timm: string, pycls: string])[] = [
  ["conv1", "f.a"],
  ["conv2", "f.b"],
  ["conv3", "f.c"],
  ["downsample", "proj"],
];

const ofTorchvisionRegNet: readonly Rule[] = [
  [/^stem\.0\./, "stem.conv."],
  [/^stem\.1\./, "stem.bn."],
  [/^trunk_output\.block\d\.block(\d)-(\d+)\./, "s$1.b<$2>."],
  ...parts.flatMap(([timm, pycls]): Rule[] => [
    [new RegExp(`\\.${pycls.replace(".", "\\.")}\\.0\\.`), `.${timm}.conv.`],
    [new RegExp(`\\.${pycls.replace(".", "\\.")}\\.1\\.`), `.${timm}.bn.`],
  ]),
  [/\.f\.se\./, ".se."],
  [/^fc\./, "head.fc."],
];

const toTorchvisionRegNet: readonly Rule[] = [
  [/^stem\.conv\./, "stem.0."],
  [/^stem\.bn\./, "stem.1."],
  ...parts.flatMap(([timm, pycls]): Rule[] => [
    [new RegExp(`\\.${timm}\\.conv\\.`), `.${pycls}.0.`],
    [new RegExp(`\\.${timm}\\.bn\\.`), `.${pycls}.1.`],
  ]),
  [/\.se\./, ".f.se."],
  [/^head\.fc\./, "fc."],
];

/** torchvision's names of a RegNet's parameters. @ignore */
export function torchvisionRegNet(state: State): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(translated(state, toTorchvisionRegNet)).map(([name, tensor]) => [
      name.replace(
        /^s(\d)\.b(\d+)\./,
        (_, stage, block) => `trunk_output.block${stage}.block${stage}-${Number(block) - 1}.`,
      ),
      tensor,
    ]),
  );
}

/** SEER's files hold the trunk beside heads, of which a classifier is kept, in whatever they are nested in. */
const ofSeer: readonly Rule[] = [
  [/^(?!.*(_feature_blocks\.|heads\.0\.clf\.0\.)).*$/, ""],
  [/^.*heads\.0\.clf\.0\./, "head.fc."],
  [/^.*_feature_blocks\.conv1\.stem\.0\./, "stem.conv."],
  [/^.*_feature_blocks\.conv1\.stem\.1\./, "stem.bn."],
  [/^.*_feature_blocks\.res\d\.block(\d)-(\d+)\./, "s$1.b<$2>."],
  [/(s\d\.b<\d+>)\.proj\./, "$1.downsample.conv."],
  [/(s\d\.b<\d+>)\.bn\./, "$1.downsample.bn."],
  [/\.f\.final_bn\./, ".conv3.bn."],
  [/\.f\.c\.(?!\d)/, ".conv3.conv."],
  [/\.f\.se\.excitation\.0\./, ".se.fc1."],
  [/\.f\.se\.excitation\.2\./, ".se.fc2."],
  ...ofTorchvisionRegNet.filter(([{ source }]) => source.startsWith("\\.f")),
];

/** The residual towers of OpenAI's CLIP; the text's tower is left out. */
const ofClip: readonly Rule[] = [
  [/^(?!visual\.).*$/, ""],
  [/^visual\./, ""],
  [/^conv(\d)\./, "stem.conv$1.conv."],
  [/^bn(\d)\./, "stem.conv$1.bn."],
  ...[1, 2, 3, 4].map((i): Rule => [new RegExp(`^layer${i}\\.`), `stages.${i - 1}.`]),
  ...["conv1_1x1", "conv2_kxk", "conv3_1x1"].flatMap((name, i): Rule[] => [
    [new RegExp(`^(stages\\.\\d+\\.\\d+)\\.conv${i + 1}\\.`), `$1.${name}.conv.`],
    [new RegExp(`^(stages\\.\\d+\\.\\d+)\\.bn${i + 1}\\.`), `$1.${name}.bn.`],
  ]),
  [/\.downsample\.0\./, ".shortcut.conv.conv."],
  [/\.downsample\.1\./, ".shortcut.conv.bn."],
  [/^attnpool\.positional_embedding$/, "head.pos_embed"],
  [/^attnpool\.([qkv])_proj\./, "head.$1."],
  [/^attnpool\.c_proj\./, "head.proj."],
];

const isClip = (keys: ReadonlySet<string>) =>
  keys.has("visual.attnpool.positional_embedding") && keys.has("visual.layer1.0.conv1.weight");

const isResNet = (own?: ReadonlySet<string>) =>
  own === undefined || (own.has("layer1.0.conv1.weight") && own.has("conv1.weight"));
const isRegNet = (own?: ReadonlySet<string>) => own === undefined || own.has("s1.b1.conv1.bn.bias");

/** A residual network or RegNet of transformers. The names of their models alone differ in the first part only. */
function isTransformers(keys: ReadonlySet<string>, other: string): boolean {
  return hasEndings(
    keys,
    "embedder.embedder.convolution.weight",
    "encoder.stages.0.layers.0.layer.1.convolution.weight",
  ) && ![...keys].some((key) => key.startsWith(other));
}

/** The dialects that become timm's names. */
export const residualDialects: readonly Dialect[] = [
  {
    name: "transformers' ResNet",
    recognizes: (keys, own) => isResNet(own) && isTransformers(keys, "regnet."),
    translate: (state) => counted(state, ofTransformersResNet),
  },
  {
    name: "transformers' RegNet",
    recognizes: (keys, own) => isRegNet(own) && isTransformers(keys, "resnet."),
    translate: (state) => counted(state, ofTransformersRegNet),
  },
  {
    name: "torchvision's RegNet",
    recognizes: (keys, own) =>
      isRegNet(own) && hasEndings(keys, "trunk_output.block1.block1-0.f.a.0.weight"),
    translate: (state) => counted(state, ofTorchvisionRegNet),
  },
  {
    name: "VISSL's SEER",
    recognizes: (keys, own) =>
      isRegNet(own) &&
      hasEndings(keys, "_feature_blocks.conv1.stem.0.weight", ".block1-0.f.a.0.weight"),
    translate: (state) => counted(state, ofSeer),
  },
  {
    name: "OpenAI's CLIP with a residual tower",
    recognizes: (keys, own) => (own === undefined || own.has("head.pos_embed")) && isClip(keys),
    translate: (state) => translated(state, ofClip),
  },
  {
    // Networks without the head that attends take the rest.
    name: "OpenAI's residual tower of CLIP without its head",
    recognizes: (keys, own) =>
      own !== undefined && own.has("stages.0.0.shortcut.conv.conv.weight") && isClip(keys),
    translate: (state) => translated(state, [[/^visual\.attnpool\..*$/, ""], ...ofClip]),
  },
];
