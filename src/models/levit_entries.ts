/**
 * The LeViTs, by timm's names.
 *
 * @module
 */

import type { BuildOptions, ModelEntry } from "./entry.ts";
import { Levit, type LevitOptions } from "./levit.ts";
import { type Build, timmEntries } from "./timm_entries.ts";

type Shape = Omit<LevitOptions, keyof BuildOptions | "isConv">;

const shapes: Readonly<Record<string, Shape>> = {
  "128s": { dims: [128, 256, 384], depths: [2, 3, 4], heads: [4, 6, 8], keyDim: 16 },
  "128": { dims: [128, 256, 384], depths: [4, 4, 4], heads: [4, 8, 12], keyDim: 16 },
  "192": { dims: [192, 288, 384], depths: [4, 4, 4], heads: [3, 5, 6], keyDim: 32 },
  "256": { dims: [256, 384, 512], depths: [4, 4, 4], heads: [4, 6, 8], keyDim: 32 },
  "384": { dims: [384, 512, 768], depths: [4, 4, 4], heads: [6, 9, 12], keyDim: 32 },
  "384_s8": {
    dims: [384, 512, 768],
    depths: [4, 4, 4],
    heads: [6, 9, 12],
    keyDim: 32,
    activation: "silu",
    stemStride: 8,
  },
  "512_s8": {
    dims: [512, 640, 896],
    depths: [4, 4, 4],
    heads: [8, 10, 14],
    keyDim: 64,
    activation: "silu",
    distilled: false,
    stemStride: 8,
  },
  "512": {
    dims: [512, 768, 1024],
    depths: [4, 4, 4],
    heads: [8, 12, 16],
    keyDim: 64,
    activation: "silu",
    distilled: false,
  },
  "256d": {
    dims: [256, 384, 512],
    depths: [4, 8, 6],
    heads: [4, 6, 8],
    keyDim: 32,
    activation: "silu",
    distilled: false,
  },
  "512d": {
    dims: [512, 640, 768],
    depths: [4, 8, 6],
    heads: [8, 10, 12],
    keyDim: 64,
    activation: "silu",
    distilled: false,
  },
};

/** With weights of fully connected layers, and the same of 1x1 convolutions. */
const builds = Object.entries(shapes).flatMap(([size, shape]): [string, Build][] => [
  [`levit_${size}`, (options) => new Levit({ ...shape, ...options })],
  [`levit_conv_${size}`, (options) => new Levit({ ...shape, isConv: true, ...options })],
]);

/** The registry's LeViTs. */
export const levit: readonly ModelEntry[] = timmEntries(
  "Graham et al., LeViT: a vision transformer in ConvNet's clothing for faster inference, 2021",
  Object.fromEntries(builds),
);
