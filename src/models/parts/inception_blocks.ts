/**
 * The blocks of Inception.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { convNorm } from "./conv_norm_act.ts";

/** Rows and columns of a kernel. */
type Kernel = readonly [rows: number, columns: number];

/** A convolution of a block: its name, its channels, its kernel, and whether it halves the map, which it does not pad. */
export type InceptionConv = readonly [
  name: string,
  width: number,
  kernel: number | Kernel,
  halves?: "halves",
];

/** Convolutions one after the other; the last may be two beside each other, on the same input. */
export type InceptionBranch = readonly (InceptionConv | readonly [InceptionConv, InceptionConv])[];

/** The branches of a block, whose last is a pool with or without a convolution after it. */
export interface InceptionShape {
  /** The branches of convolutions. */
  readonly branches: readonly InceptionBranch[];
  /** Channels of the convolution after the mean over 3x3 places; `"halves"` for the largest of 3x3, without one. */
  readonly pool: number | "halves";
}

/** Convolution, batch norm and ReLU. Keys as torchvision's: `conv`, `bn`. */
export class InceptionConvNorm extends nn.Module {
  readonly #conv: nn.Conv2d;
  readonly #norm: nn.BatchNorm2d;

  /** From `before` channels to `width`; padded to keep the size, unless there is a stride or it is told not to. */
  constructor(
    before: number,
    width: number,
    kernel: number | Kernel,
    { stride = 1, pads = stride === 1 }: { stride?: number; pads?: boolean } = {},
  ) {
    super();
    const [rows, columns] = typeof kernel === "number" ? [kernel, kernel] : kernel;
    const padding: [number, number] = pads ? [(rows - 1) / 2, (columns - 1) / 2] : [0, 0];
    const conv = new nn.Conv2d(before, width, [rows, columns], { stride, padding, bias: false });
    this.#conv = this.registerModule("conv", conv);
    this.#norm = this.registerModule("bn", new nn.BatchNorm2d(width, { eps: 1e-3 }));
    nn.init.truncNormal_(conv.weight, 0, 0.1);
  }

  /** (B, before, H, W) to (B, width, H', W'). */
  override forward(x: Tensor): Tensor {
    return convNorm(this.#conv, this.#norm, x).relu_();
  }
}

/** Branches of convolutions and a pool side by side (Szegedy et al. 2016, figures 5 to 7 and 10). */
export class InceptionBlock extends nn.Module {
  /** Channels that come out. */
  readonly width: number;
  readonly #branches: readonly (readonly (readonly nn.Module[])[])[];
  readonly #pool: nn.Module | null = null;

  /** From `before` channels to those of all branches together. */
  constructor(before: number, { branches, pool }: InceptionShape) {
    super();
    let width = pool === "halves" ? before : pool;
    this.#branches = branches.map((branch) => {
      let own = before;
      const layers = branch.map((layer) => {
        const beside = typeof layer[0] === "string"
          ? [layer as InceptionConv]
          : layer as readonly InceptionConv[];
        const made = beside.map(([name, channels, kernel, halves]) =>
          this.registerModule(
            `branch${name}`,
            new InceptionConvNorm(own, channels, kernel, { stride: halves ? 2 : 1 }),
          )
        );
        own = beside.reduce((sum, [, channels]) => sum + channels, 0);
        return made;
      });
      width += own;
      return layers;
    });
    this.width = width;
    if (pool === "halves") return;
    this.#pool = this.registerModule("branch_pool", new InceptionConvNorm(before, pool, 1));
  }

  /** (B, before, H, W) to (B, width, H', W'). */
  override forward(x: Tensor): Tensor {
    return torch.scope(() => {
      const found = this.#branches.map((layers) =>
        layers.reduce(
          (map, beside) =>
            beside.length === 1
              ? beside[0].forward(map)
              : torch.cat(beside.map((layer) => layer.forward(map)), 1),
          x,
        )
      );
      const pooled = this.#pool === null
        ? torch.maxPool2d(x, 3, 2)
        : this.#pool.forward(torch.avgPool2d(x, 3, 1, 1));
      return torch.cat([...found, pooled], 1);
    });
  }
}
