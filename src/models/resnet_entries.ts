/**
 * The residual networks, by name.
 *
 * @module
 */

import * as nn from "../nn/mod.ts";
import type { BuildOptions, ModelEntry } from "./entry.ts";
import { BlurPool2d } from "./parts/blur_pool.ts";
import { EfficientChannelAttention } from "./parts/efficient_channel_attention.ts";
import { BasicBlock, Bottleneck, type ForChannels } from "./parts/residual_block.ts";
import type { ResNetStem } from "./parts/resnet_stem.ts";
import { squeezedWidth, SqueezeExcite } from "./parts/squeeze_excite.ts";
import { ResNet, type ResNetOptions } from "./resnet.ts";
import { type Build, timmEntries } from "./timm_entries.ts";
import { torchvisionsOwn } from "./torchvisions_own.ts";

type Structure = Omit<ResNetOptions, keyof BuildOptions | "block" | "depths">;

const build =
  (block: ResNetOptions["block"], depths: readonly number[], structure: Structure = {}): Build =>
  (options) => new ResNet({ block, depths, ...structure, ...options });

/** timm's start every branch at 0. */
const timms = (
  block: ResNetOptions["block"],
  depths: readonly number[],
  ...structures: Structure[]
): Build => build(block, depths, Object.assign({ zeroInit: true }, ...structures));

const basic = (depths: readonly number[], ...structures: Structure[]) =>
  timms(BasicBlock, depths, ...structures);
const deep = (depths: readonly number[], ...structures: Structure[]) =>
  timms(Bottleneck, depths, ...structures);

/** Blocks in each stage, by the number of layers of a network of bottlenecks. */
const layers: Readonly<Record<number, readonly number[]>> = {
  14: [1, 1, 1, 1],
  26: [2, 2, 2, 2],
  50: [3, 4, 6, 3],
  101: [3, 4, 23, 3],
  152: [3, 8, 36, 3],
  200: [3, 24, 36, 3],
  269: [3, 30, 48, 8],
};

/** Stems by the letters that timm gives them; d and t also average on the shortcut (He et al., Bag of tricks, 2019). */
const stem = (...convolutions: NonNullable<ResNetStem["convolutions"]>): Structure => ({
  stem: { convolutions },
});
const c = stem(32, 32, 64);
const s = stem(64, 64, 128);
const d: Structure = { ...c, averageDown: true };
const t: Structure = { ...stem(24, 32, 64), averageDown: true };

const squeeze = (ratio: number): ForChannels => (channels) =>
  new SqueezeExcite(channels, squeezedWidth(channels, ratio), {
    activation: "relu",
    gate: "sigmoid",
  });
const se: Structure = { attention: squeeze(1 / 16) };
const eca: Structure = { attention: (channels) => new EfficientChannelAttention(channels) };
const blur: Structure = { antiAlias: (channels) => new BlurPool2d(channels) };
const aa: Structure = { antiAlias: () => new nn.AvgPool2d(2) };
const rs: Structure = {
  attention: squeeze(1 / 4),
  averageDown: true,
  stem: { convolutions: [32, 32, 64], convolves: true },
};

/** ResNeXt: the number of groups, and the channels of each of them in the first stage. */
const x = (groups: number, widthPerGroup: number): Structure => ({ groups, widthPerGroup });

const wide: Structure = { widthPerGroup: 128 };
const gn: Structure = { norm: (channels) => new nn.GroupNorm(32, channels) };

const papers = {
  resnet: "He et al., Deep residual learning for image recognition, 2016",
  wide: "Zagoruyko and Komodakis, Wide residual networks, 2016",
  resnext: "Xie et al., Aggregated residual transformations for deep neural networks, 2017",
  tricks:
    "He et al., Bag of tricks for image classification with convolutional neural networks, 2019",
  se: "Hu et al., Squeeze-and-excitation networks, 2018",
  eca:
    "Wang et al., ECA-Net: Efficient channel attention for deep convolutional neural networks, 2020",
  blur: "Zhang, Making convolutional networks shift-invariant again, 2019",
  rs: "Bello et al., Revisiting ResNets: Improved training and scaling strategies, 2021",
};

/** The networks that torchvision has too. */
const shared: readonly ModelEntry[] = torchvisionsOwn([
  ...timmEntries(papers.resnet, {
    resnet18: build(BasicBlock, layers[26]),
    resnet34: build(BasicBlock, layers[50]),
    resnet50: build(Bottleneck, layers[50]),
    resnet101: build(Bottleneck, layers[101]),
    resnet152: build(Bottleneck, layers[152]),
  }),
  ...timmEntries(papers.wide, {
    wide_resnet50_2: build(Bottleneck, layers[50], wide),
    wide_resnet101_2: build(Bottleneck, layers[101], wide),
  }),
  ...timmEntries(papers.resnext, {
    resnext50_32x4d: build(Bottleneck, layers[50], x(32, 4)),
    resnext101_32x8d: build(Bottleneck, layers[101], x(32, 8)),
    resnext101_64x4d: build(Bottleneck, layers[101], x(64, 4)),
  }),
]);

/** The residual networks. */
export const resnet: readonly ModelEntry[] = [
  ...shared,
  ...timmEntries(papers.resnet, {
    resnet26: deep(layers[26]),
    resnet200: deep(layers[200]),
    resnet50_gn: deep(layers[50], gn),
    test_resnet: timms([BasicBlock, BasicBlock, Bottleneck, BasicBlock], layers[14], {
      ...stem(16, 16, 32),
      averageDown: true,
      widths: [32, 48, 48, 96],
    }),
  }),
  ...timmEntries(papers.tricks, {
    resnet10t: basic([1, 1, 1, 1], t),
    resnet14t: deep(layers[14], t),
    resnet18d: basic(layers[26], d),
    resnet26d: deep(layers[26], d),
    resnet26t: deep(layers[26], t),
    resnet34d: basic(layers[50], d),
    resnet50c: deep(layers[50], c),
    resnet50d: deep(layers[50], d),
    resnet50s: deep(layers[50], s),
    resnet50t: deep(layers[50], t),
    resnet101c: deep(layers[101], c),
    resnet101d: deep(layers[101], d),
    resnet101s: deep(layers[101], s),
    resnet152c: deep(layers[152], c),
    resnet152d: deep(layers[152], d),
    resnet152s: deep(layers[152], s),
    resnet200d: deep(layers[200], d),
  }),
  ...timmEntries(papers.resnext, {
    resnext50d_32x4d: deep(layers[50], d, x(32, 4)),
    resnext101_32x4d: deep(layers[101], x(32, 4)),
    resnext101_32x16d: deep(layers[101], x(32, 16)),
    resnext101_32x32d: deep(layers[101], x(32, 32)),
  }),
  ...timmEntries(papers.se, {
    seresnet18: basic(layers[26], se),
    seresnet34: basic(layers[50], se),
    seresnet50: deep(layers[50], se),
    seresnet50t: deep(layers[50], t, se),
    seresnet101: deep(layers[101], se),
    seresnet152: deep(layers[152], se),
    seresnet152d: deep(layers[152], d, se),
    seresnet200d: deep(layers[200], d, se),
    seresnet269d: deep(layers[269], d, se),
    seresnext26d_32x4d: deep(layers[26], d, se, x(32, 4)),
    seresnext26t_32x4d: deep(layers[26], t, se, x(32, 4)),
    seresnext50_32x4d: deep(layers[50], se, x(32, 4)),
    seresnext101_32x4d: deep(layers[101], se, x(32, 4)),
    seresnext101_32x8d: deep(layers[101], se, x(32, 8)),
    seresnext101d_32x8d: deep(layers[101], d, se, x(32, 8)),
    seresnext101_64x4d: deep(layers[101], se, x(64, 4)),
    senet154: deep(layers[152], s, se, x(64, 4), { downKernel: 3, reduceFirst: 2 }),
  }),
  ...timmEntries(papers.eca, {
    ecaresnet26t: deep(layers[26], t, eca),
    ecaresnet50d: deep(layers[50], d, eca),
    ecaresnet50t: deep(layers[50], t, eca),
    ecaresnet101d: deep(layers[101], d, eca),
    ecaresnet200d: deep(layers[200], d, eca),
    ecaresnet269d: deep(layers[269], d, eca),
    ecaresnetlight: deep([1, 1, 11, 3], { averageDown: true }, eca),
    ecaresnext26t_32x4d: deep(layers[26], t, eca, x(32, 4)),
    ecaresnext50t_32x4d: deep(layers[50], t, eca, x(32, 4)),
  }),
  ...timmEntries(papers.blur, {
    resnetblur18: basic(layers[26], blur),
    resnetblur50: deep(layers[50], blur),
    resnetblur50d: deep(layers[50], d, blur),
    resnetblur101d: deep(layers[101], d, blur),
    resnetaa34d: basic(layers[50], d, aa),
    resnetaa50: deep(layers[50], aa),
    resnetaa50d: deep(layers[50], d, aa),
    resnetaa101d: deep(layers[101], d, aa),
    seresnetaa50d: deep(layers[50], d, se, aa),
    seresnextaa101d_32x8d: deep(layers[101], d, se, aa, x(32, 8)),
    seresnextaa201d_32x8d: deep([3, 24, 36, 4], s, { averageDown: true }, se, aa, x(32, 8)),
  }),
  ...timmEntries(papers.rs, {
    resnetrs50: deep(layers[50], rs),
    resnetrs101: deep(layers[101], rs),
    resnetrs152: deep(layers[152], rs),
    resnetrs200: deep(layers[200], rs),
    resnetrs270: deep([4, 29, 53, 4], rs),
    resnetrs350: deep([4, 36, 72, 4], rs),
    resnetrs420: deep([4, 44, 87, 4], rs),
  }),
];
