/**
 * Positions as waves.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";

/** Waves of each direction: half of them sines. */
const waves = 32;
const temperature = 10000;

/**
 * The position of each place of a map of any size: its row and its column as sines and cosines (Vaswani et al. 2017,
 * section 3.5) over the whole map's height and width, brought to the width of a token. Keys as timm's: `token_projection`
 * (dim, 64, 1, 1).
 */
export class FourierPositions extends nn.Module {
  readonly #projection: nn.Conv2d;

  /** For tokens of width `dim`. */
  constructor(dim: number) {
    super();
    const projection = new nn.Conv2d(2 * waves, dim, 1);
    this.#projection = this.registerModule("token_projection", projection);
  }

  /** (B, dim, H, W) to tokens with their positions, (B, H W, dim). */
  override forward(map: Tensor): Tensor {
    return torch.scope(() => {
      const [, , rows, columns] = map.shape;
      const { weight, bias } = this.#projection;
      // A projection of rows and columns together is the sum of one of each.
      const [ofRows, ofColumns] = weight.flatten(1).chunk(2, 1);
      const down = torch.linear(this.#waves(rows), ofRows, bias).unsqueeze(1);
      const across = torch.linear(this.#waves(columns), ofColumns, null);
      return map.flatten(2).transpose(1, 2).add(down.add(across).flatten(0, 1));
    });
  }

  /** The sines and cosines, in turns, of places 1 to `count` of a circle: (count, 32). */
  #waves(count: number): Tensor {
    const { dtype, device } = this.#projection.weight;
    const own = { dtype: "float32", device } as const;
    const angles = torch.arange(1, count + 1, own).mul(2 * Math.PI / (count + 1e-6));
    const speeds = torch.arange(0, waves, 2, own).mul(-Math.log(temperature) / waves).exp();
    const turned = angles.outer(speeds);
    return torch.stack([turned.sin(), turned.cos()], 2).flatten(1).to({ dtype });
  }
}
