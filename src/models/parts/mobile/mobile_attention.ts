/**
 * Attention of mobile networks.
 *
 * @module
 */

import * as nn from "../../../nn/mod.ts";
import * as torch from "../../../torch/mod.ts";
import type { Tensor } from "../../../torch/mod.ts";
import { convNorm } from "../conv_norm_act.ts";
import { LayerScale2d } from "../layer_scale.ts";
import { type BlockPlace, hasShortcut } from "./block_place.ts";
import { Branch } from "./branch.ts";
import { convOf, type MobileStyle } from "./style.ts";

/** From a map to keys or values, halved first if there is a stride. Keys: `proj`, and `down_conv`, `norm`. */
class Projection extends nn.Module {
  readonly #down: readonly [nn.Module, nn.Module] | null = null;
  readonly #proj: nn.Module;

  constructor(before: number, width: number, stride: number, style: MobileStyle) {
    super();
    if (stride > 1) {
      this.#down = [
        this.registerModule(
          "down_conv",
          convOf(style, before, before, 3, { stride, groups: before }),
        ),
        this.registerModule("norm", new nn.BatchNorm2d(before, style.norm)),
      ];
    }
    this.#proj = this.registerModule("proj", convOf(style, before, width, 1));
  }

  override forward(x: Tensor): Tensor {
    return this.#proj.forward(this.#down === null ? x : convNorm(...this.#down, x));
  }
}

/**
 * Attention whose heads share keys and values (Shazeer, Fast transformer decoding, 2019), of the places of a map, with
 * keys and values of a map that may be smaller (Qin et al., MobileNetV4, 2024, equation 5). Keys: `query`, `key`,
 * `value`, `output`.
 */
export class MultiQueryAttention extends nn.Module {
  readonly #heads: number;
  readonly #query: nn.Module;
  readonly #key: nn.Module;
  readonly #value: nn.Module;
  readonly #output: nn.Module;

  constructor({ row, before }: BlockPlace, style: MobileStyle) {
    super();
    const { heads, dim, stride } = row.attention!;
    this.#heads = heads;
    this.#query = this.registerModule("query", new Projection(before, heads * dim, 1, style));
    this.#key = this.registerModule("key", new Projection(before, dim, stride, style));
    this.#value = this.registerModule("value", new Projection(before, dim, stride, style));
    this.#output = this.registerModule("output", new Projection(heads * dim, row.width, 1, style));
  }

  /** Draws the first weights as timm does. */
  initialize(): void {
    for (const layer of this.modules()) {
      if (layer instanceof nn.Conv2d) nn.init.xavierUniform_(layer.weight);
    }
  }

  override forward(x: Tensor): Tensor {
    return torch.scope(() => {
      const [batch, , rows, columns] = x.shape;
      const places = rows * columns;
      // All heads ask the same keys, so that they are as many more queries.
      const queries = this.#query.forward(x).reshape(batch, this.#heads, -1, places)
        .transpose(2, 3).reshape(batch, 1, this.#heads * places, -1);
      const keys = this.#key.forward(x).flatten(2).transpose(1, 2).unsqueeze(1);
      const values = this.#value.forward(x).flatten(2).transpose(1, 2).unsqueeze(1);
      const mixed = torch.scaledDotProductAttention(queries, keys, values)
        .reshape(batch, this.#heads, places, -1)
        .transpose(2, 3).reshape(batch, -1, rows, columns);
      return this.#output.forward(mixed);
    });
  }
}

/** Norm, attention and scale, with a shortcut. Keys: `norm`, `attn`, `layer_scale.gamma`. */
export class MobileAttention extends Branch {
  constructor(place: BlockPlace, style: MobileStyle) {
    super({ shortcut: hasShortcut(place), dropPath: style.leaveOut(place.dropPath) });
    const { row, before } = place;
    this.add("norm", new nn.BatchNorm2d(before, style.norm));
    this.add("attn", new MultiQueryAttention(place, style));
    if (style.layerScale !== null) {
      this.add("layer_scale", new LayerScale2d(row.width, style.layerScale));
    }
  }
}
