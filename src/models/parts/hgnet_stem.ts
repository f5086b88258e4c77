/**
 * The stems of PP-HGNet.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { HgConv } from "./hgnet_conv.ts";
import { Stage } from "./stage.ts";

/** Three 3x3 convolutions and a pool. Keys as timm's: `stem.0`, `stem.1`, `stem.2`. */
export class HgStem extends nn.Module {
  /** The convolutions. */
  readonly stem: Stage;

  /** From `inChannels` channels to the last of `widths`. */
  constructor(inChannels: number, widths: readonly number[]) {
    super();
    this.stem = new Stage(
      ...widths.map((width, i) =>
        new HgConv(i === 0 ? inChannels : widths[i - 1], width, {
          kernel: 3,
          stride: i === 0 ? 2 : 1,
          affine: false,
        })
      ),
    );
  }

  /** (B, inChannels, H, W) to (B, width, H / 4, W / 4). */
  override forward(images: Tensor): Tensor {
    return torch.scope(() => torch.maxPool2d(this.stem.forward(images), 3, 2, 1));
  }
}

/**
 * A stem whose map goes two ways between, by two convolutions and by a pool. Keys as timm's: `stem1`, `stem2a`,
 * `stem2b`, `stem3`, `stem4`.
 */
export class HgStemV2 extends nn.Module {
  /** Halves the image. */
  readonly stem1: nn.Module;
  /** The first convolution of one way. */
  readonly stem2a: nn.Module;
  /** The second. */
  readonly stem2b: nn.Module;
  /** Joins both ways, and halves the map. */
  readonly stem3: nn.Module;
  /** To the first stage's channels. */
  readonly stem4: nn.Module;

  /** From `inChannels` channels to the second of the widths. */
  constructor(inChannels: number, [inner, width]: readonly number[], affine: boolean) {
    super();
    const half = Math.floor(inner / 2);
    this.stem1 = new HgConv(inChannels, inner, { kernel: 3, stride: 2, affine });
    this.stem2a = new HgConv(inner, half, { kernel: 2, affine });
    this.stem2b = new HgConv(half, inner, { kernel: 2, affine });
    this.stem3 = new HgConv(2 * inner, inner, { kernel: 3, stride: 2, affine });
    this.stem4 = new HgConv(inner, width, { affine });
  }

  /** (B, inChannels, H, W) to (B, width, H / 4, W / 4). */
  override forward(images: Tensor): Tensor {
    return torch.scope(() => {
      // Kernels of 2x2 see one more pixel at the right and the bottom.
      const padded = (map: Tensor) => torch.constantPadNd(map, [0, 1, 0, 1]);
      const first = padded(this.stem1.forward(images));
      const convolved = this.stem2b.forward(padded(this.stem2a.forward(first)));
      const joined = torch.cat([torch.maxPool2d(first, 2, 1), convolved], 1);
      return this.stem4.forward(this.stem3.forward(joined));
    });
  }
}
