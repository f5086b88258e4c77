/**
 * The ConvNeXts, by the names of two publishers.
 *
 * @module
 */

import { ConvNeXt } from "./convnext.ts";
import type { ConvNeXtOptions } from "./convnext_options.ts";
import { isTorchvisionConvNeXt, torchvisionConvNeXt } from "./dialects/convnext.ts";
import type { ModelEntry } from "./entry.ts";
import { IMAGENET_MEAN, IMAGENET_STD } from "./imagenet.ts";
import { CIFAR10_IMAGES } from "./parts/cifar.ts";
import { type Build, timmEntries } from "./timm_entries.ts";
import { FOUR_REDUCTIONS, UNTAGGED } from "./untagged.ts";

const paper = "Liu, Mao, Wu, Feichtenhofer, Darrell, Xie: A ConvNet for the 2020s, CVPR 2022";
const paperV2 =
  "Woo, Debnath, Hu, Chen, Liu, Kweon, Xie: ConvNeXt V2: Co-designing and Scaling ConvNets with Masked Autoencoders, " +
  "CVPR 2023";

type Shape = Pick<ConvNeXtOptions, "depths" | "dims">;
type Style = Omit<ConvNeXtOptions, "numClasses" | "depths" | "dims">;

/** The sizes of both papers, and those that timm added below. */
const shapes = {
  zepto: { depths: [2, 2, 4, 2], dims: [32, 64, 128, 256] },
  atto: { depths: [2, 2, 6, 2], dims: [40, 80, 160, 320] },
  femto: { depths: [2, 2, 6, 2], dims: [48, 96, 192, 384] },
  pico: { depths: [2, 2, 6, 2], dims: [64, 128, 256, 512] },
  nano: { depths: [2, 2, 8, 2], dims: [80, 160, 320, 640] },
  tiny: { depths: [3, 3, 9, 3], dims: [96, 192, 384, 768] },
  small: { depths: [3, 3, 27, 3], dims: [96, 192, 384, 768] },
  base: { depths: [3, 3, 27, 3], dims: [128, 256, 512, 1024] },
  large: { depths: [3, 3, 27, 3], dims: [192, 384, 768, 1536] },
  xlarge: { depths: [3, 3, 27, 3], dims: [256, 512, 1024, 2048] },
  xxlarge: { depths: [3, 4, 30, 3], dims: [384, 768, 1536, 3072] },
  huge: { depths: [3, 3, 27, 3], dims: [352, 704, 1408, 2816] },
} as const satisfies Record<string, Shape>;

const build = (shape: Shape, style: Style = {}): Build => (options) =>
  new ConvNeXt({ ...options, ...shape, ...style });

const { zepto, atto, femto, pico, nano, tiny, small, base, large, xlarge, xxlarge, huge } = shapes;
const small1x1 = { asConvolutions: true } as const;
const zeptoStyle = { ...small1x1, norm: "simple" } as const;
const tiered = { ...small1x1, stem: "overlapTiered" } as const;
const v2 = { responseNorm: true, layerScale: null } as const;
const smallV2 = { ...v2, ...small1x1 } as const;

/** torchvision's four: the side that images are resized to before 224 pixels are cut out, and the drop path. */
const torchvisions: readonly [keyof typeof shapes, resizeSize: number, dropPath: number][] = [
  ["tiny", 236, 0.1],
  ["small", 230, 0.4],
  ["base", 232, 0.5],
  ["large", 232, 0.5],
];

/** A size that both publishers call by the same name: timm's, and torchvision's, each of which loads files of both. */
function bothPublishers([size, resizeSize, published]: typeof torchvisions[number]): ModelEntry[] {
  const name = `convnext_${size}`;
  const own: ModelEntry = {
    ...UNTAGGED,
    license: "bsd-3-clause",
    stageDims: shapes[size].dims,
    stageReductions: FOUR_REDUCTIONS,
    name: `torchvision/${name}`,
    source: "torchvision",
    paper,
    inputSize: 224,
    cropFraction: 224 / resizeSize,
    mean: IMAGENET_MEAN,
    std: IMAGENET_STD,
    interpolation: "bilinear",
    featureDim: shapes[size].dims[3],
    numClasses: 1000,
    build: ({ dropPath = published, ...options }) => build(shapes[size])({ ...options, dropPath }),
    published: torchvisionConvNeXt,
  };
  const [timm] = timmEntries(paper, { [name]: build(shapes[size]) }, {
    ofFile: (names) => isTorchvisionConvNeXt(names) ? own : null,
  });
  return [timm, { ...own, ofFile: (names) => isTorchvisionConvNeXt(names) ? null : timm }];
}

/** The shape of one of timm's smallest, with patches of 2 pixels: maps of 16, 8, 4 and 2 for images of 32. */
function forSmallImages(name: string, shape: Shape): ModelEntry {
  return {
    ...UNTAGGED,
    license: null,
    stageDims: shape.dims,
    stageReductions: [2, 4, 8, 16],
    name: `${name}_32`,
    source: "torchvision's names, without published weights",
    paper: `${paper}; widths and depths of timm's ${name} (Wightman 2022)`,
    ...CIFAR10_IMAGES,
    featureDim: shape.dims[3],
    build: build(shape, { patchSize: 2 }),
    published: torchvisionConvNeXt,
  };
}

/** The registry's ConvNeXts. */
export const convnext: readonly ModelEntry[] = [
  ...timmEntries(paper, {
    convnext_zepto_rms: build(zepto, zeptoStyle),
    convnext_zepto_rms_ols: build(zepto, { ...zeptoStyle, stem: "overlapAct" }),
    convnext_atto: build(atto, small1x1),
    convnext_atto_ols: build(atto, tiered),
    convnext_atto_rms: build(atto, { ...small1x1, norm: "rms" }),
    convnext_femto: build(femto, small1x1),
    convnext_femto_ols: build(femto, tiered),
    convnext_pico: build(pico, small1x1),
    convnext_pico_ols: build(pico, tiered),
    convnext_nano: build(nano, small1x1),
    convnext_nano_ols: build(nano, { ...small1x1, stem: "overlap" }),
    convnext_tiny_hnf: build(tiny, { ...small1x1, normFirst: true }),
    convnext_large_mlp: build(large, { headHidden: 1536 }),
    convnext_xlarge: build(xlarge),
    convnext_xxlarge: build(xxlarge, { eps: 1e-5 }),
  }),
  ...timmEntries(paperV2, {
    convnextv2_atto: build(atto, smallV2),
    convnextv2_femto: build(femto, smallV2),
    convnextv2_pico: build(pico, smallV2),
    convnextv2_nano: build(nano, smallV2),
    convnextv2_tiny: build(tiny, v2),
    convnextv2_small: build(small, v2),
    convnextv2_base: build(base, v2),
    convnextv2_large: build(large, v2),
    convnextv2_huge: build(huge, v2),
  }),
  ...torchvisions.flatMap(bothPublishers),
  forSmallImages("convnext_atto", atto),
  forSmallImages("convnext_femto", femto),
];
