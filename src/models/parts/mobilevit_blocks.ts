/**
 * The blocks of MobileViT.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { convBn, type ConvNormAct } from "./conv_norm_act.ts";
import { makeDivisible } from "./divisible.ts";
import { DropPath } from "./drop_path.ts";
import { LinearTransformerBlock } from "./linear_attention.ts";
import { residual } from "./residual.ts";
import { chain, Stage } from "./stage.ts";
import { VitBlock } from "./vit_block.ts";

const silu = { activation: "silu" } as const;

/** The side of the patches of which each has one place in every sequence. */
const PATCH = 2;

/** An inverted residual. Keys as timm's: `conv1_1x1`, `conv2_kxk`, `conv3_1x1`. */
export class MobileVitConv extends nn.Module {
  readonly #convs: readonly nn.Module[];
  readonly #drop: DropPath;
  readonly #adds: boolean;

  /** From `before` channels to `width`, with `expansion` times those that come in between. */
  constructor(
    before: number,
    width: number,
    options: { readonly expansion: number; readonly stride: number; readonly dropPath: number },
  ) {
    super();
    const { expansion, stride, dropPath } = options;
    const hidden = makeDivisible(before * expansion);
    const near = { ...silu, kernel: 3, stride, depthwise: true };
    this.#convs = [
      this.registerModule("conv1_1x1", convBn(before, hidden, silu)),
      this.registerModule("conv2_kxk", convBn(hidden, hidden, near)),
      this.registerModule("conv3_1x1", convBn(hidden, width)),
    ];
    this.#drop = this.registerModule("drop_path", new DropPath(dropPath));
    this.#adds = stride === 1 && before === width;
  }

  /** (B, before, H, W) to (B, width, H / stride, W / stride). */
  override forward(x: Tensor): Tensor {
    return torch.scope(() => {
      // timm leaves out the branch also where there is no shortcut around it.
      const branch = this.#drop.forward(chain(this.#convs, x));
      return this.#adds ? residual(x, branch) : branch;
    });
  }
}

/** What makes one {@linkcode MobileVitBlock} or {@linkcode MobileVitV2Block} another. */
export interface MobileVitBlockOptions {
  /** The width of the transformer's tokens. */
  readonly dim: number;
  /** How many blocks the transformer has. */
  readonly depth: number;
  /** The probability of leaving out the branches of the transformer's blocks. */
  readonly dropPath: number;
}

/** The sides of a map made larger, so that patches tile it. */
function tiled(map: Tensor): [height: number, width: number] {
  const [height, width] = map.shape.slice(2);
  return [Math.ceil(height / PATCH) * PATCH, Math.ceil(width / PATCH) * PATCH];
}

/** A map in another size; itself in its own. */
function fit(map: Tensor, size: readonly [number, number], alignCorners: boolean): Tensor {
  if (map.size(2) === size[0] && map.size(3) === size[1]) return map;
  return nn.functional.interpolate(map, { size: [...size], mode: "bilinear", alignCorners });
}

/**
 * A convolution, and a transformer in which the places of an image that lie alike in their patches see each other (Mehta
 * and Rastegari 2022, figure 1b and section 3.1). Maps that patches do not tile are resized for it.
 */
export class MobileVitBlock extends nn.Module {
  readonly #near: ConvNormAct;
  readonly #embed: nn.Conv2d;
  readonly #transformer: Stage;
  readonly #norm: nn.LayerNorm;
  readonly #proj: ConvNormAct;
  readonly #fuse: ConvNormAct;

  /** For maps of `width` channels. */
  constructor(width: number, { dim, depth, dropPath }: MobileVitBlockOptions) {
    super();
    this.#near = this.registerModule("conv_kxk", convBn(width, width, { ...silu, kernel: 3 }));
    this.#embed = this.registerModule("conv_1x1", new nn.Conv2d(width, dim, 1, { bias: false }));
    const block = { heads: 4, hidden: 2 * dim, qkvBias: true, eps: 1e-5, ...silu };
    const blocks = Array.from({ length: depth }, () => new VitBlock(dim, dropPath, block));
    this.#transformer = this.registerModule("transformer", new Stage(...blocks));
    this.#norm = this.registerModule("norm", new nn.LayerNorm(dim));
    this.#proj = this.registerModule("conv_proj", convBn(dim, width, silu));
    const fuse = convBn(2 * width, width, { ...silu, kernel: 3 });
    this.#fuse = this.registerModule("conv_fusion", fuse);
  }

  /** Shapes: (B, width, H, W) to its own. */
  override forward(x: Tensor): Tensor {
    return torch.scope(() => {
      const map = this.#embed.forward(this.#near.forward(x));
      const size = tiled(map);
      const whole = this.#global(fit(map, size, false));
      const back = fit(whole, [x.size(2), x.size(3)], false);
      return this.#fuse.forward(torch.cat([x, this.#proj.forward(back)], 1));
    });
  }

  /** The transformer over a map that patches tile. */
  #global(map: Tensor): Tensor {
    const [batch, dim, height, width] = map.shape;
    const [rows, columns] = [height / PATCH, width / PATCH];
    const tokens = map.reshape(batch, dim, rows, PATCH, columns, PATCH).permute(0, 3, 5, 2, 4, 1)
      .reshape(batch * PATCH ** 2, rows * columns, dim);
    return this.#norm.forward(this.#transformer.forward(tokens))
      .reshape(batch, PATCH, PATCH, rows, columns, dim).permute(0, 5, 3, 1, 4, 2)
      .reshape(batch, dim, height, width);
  }
}

/**
 * {@linkcode MobileVitBlock} with attention of linear cost, and without the shortcut (Mehta and Rastegari 2023, section
 * 3.2). Maps that patches do not tile are made larger.
 */
export class MobileVitV2Block extends nn.Module {
  readonly #near: ConvNormAct;
  readonly #embed: nn.Conv2d;
  readonly #transformer: Stage;
  readonly #norm: nn.GroupNorm;
  readonly #proj: ConvNormAct;

  /** For maps of `width` channels. */
  constructor(width: number, { dim, depth, dropPath }: MobileVitBlockOptions) {
    super();
    const near = convBn(width, width, { ...silu, kernel: 3, depthwise: true });
    this.#near = this.registerModule("conv_kxk", near);
    this.#embed = this.registerModule("conv_1x1", new nn.Conv2d(width, dim, 1, { bias: false }));
    const blocks = Array.from({ length: depth }, () => new LinearTransformerBlock(dim, dropPath));
    this.#transformer = this.registerModule("transformer", new Stage(...blocks));
    this.#norm = this.registerModule("norm", new nn.GroupNorm(1, dim));
    this.#proj = this.registerModule("conv_proj", convBn(dim, width));
  }

  /** Shapes: (B, width, H, W) to its own. */
  override forward(x: Tensor): Tensor {
    return torch.scope(() => {
      const map = this.#embed.forward(this.#near.forward(fit(x, tiled(x), true)));
      const [batch, dim, height, width] = map.shape;
      const [rows, columns] = [height / PATCH, width / PATCH];
      const tokens = map.reshape(batch, dim, rows, PATCH, columns, PATCH).permute(0, 1, 3, 5, 2, 4)
        .reshape(batch, dim, PATCH ** 2, rows * columns);
      const mixed = this.#norm.forward(this.#transformer.forward(tokens))
        .reshape(batch, dim, PATCH, PATCH, rows, columns).permute(0, 1, 4, 2, 5, 3)
        .reshape(batch, dim, height, width);
      return this.#proj.forward(mixed);
    });
  }
}
