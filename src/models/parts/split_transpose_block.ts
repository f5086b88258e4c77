/**
 * The block of EdgeNeXts that sees whole images.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { CrossCovarianceAttention } from "./cross_covariance_attention.ts";
import { DropPath } from "./drop_path.ts";
import { FourierPositions } from "./fourier_positions.ts";
import { Mlp } from "./mlp.ts";

/** What makes one block another. */
export interface SplitTransposeBlockOptions {
  /** Into how many parts channels are split. */
  readonly scales: number;
  /** Heads of the attention. */
  readonly heads: number;
  /** Whether tokens are told where they are. */
  readonly positions: boolean;
  /** Whether convolutions have biases. */
  readonly bias: boolean;
  /** What the channels' factors start as. */
  readonly layerScale: number;
  /** The probability of leaving out a branch. */
  readonly dropPath: number;
}

/**
 * Split depthwise transpose attention: channels in parts, of which each sees more of its surroundings than the one before
 * it, then attention between channels, then an MLP of every pixel (Maaz et al. 2022, figure 2). Keys as timm's:
 * `gamma_xca`, `gamma`, `convs.0`, `pos_embd.token_projection`, `norm_xca`, `xca`, `norm`, `mlp`.
 */
export class SplitTransposeBlock extends nn.Module {
  /** The norm before the MLP. */
  readonly norm: nn.LayerNorm;
  /** The MLP of every pixel. */
  readonly mlp: Mlp;
  /** The depthwise convolutions of all parts but the last. */
  readonly convs: nn.ModuleList;
  readonly #gammaAttention: Tensor;
  readonly #gamma: Tensor;
  readonly #positions?: FourierPositions;
  readonly #normAttention: nn.LayerNorm;
  readonly #attention: CrossCovarianceAttention;
  readonly #dropPath: DropPath;

  /** For maps of `dim` channels. */
  constructor(dim: number, options: SplitTransposeBlockOptions) {
    super();
    const { scales, heads, positions, bias, layerScale, dropPath } = options;
    const scale = () => torch.full([dim], layerScale);
    this.#gammaAttention = this.registerParameter("gamma_xca", scale());
    this.#gamma = this.registerParameter("gamma", scale());
    const part = Math.ceil(dim / scales);
    this.convs = new nn.ModuleList(
      Array.from(
        { length: Math.max(1, scales - 1) },
        () => new nn.Conv2d(part, part, 3, { padding: 1, groups: part, bias }),
      ),
    );
    if (positions) this.#positions = this.registerModule("pos_embd", new FourierPositions(dim));
    this.#normAttention = this.registerModule("norm_xca", new nn.LayerNorm(dim, { eps: 1e-6 }));
    this.#attention = this.registerModule("xca", new CrossCovarianceAttention(dim, heads));
    this.norm = new nn.LayerNorm(dim, { eps: 1e-6 });
    this.mlp = new Mlp(dim, 4 * dim);
    this.#dropPath = this.registerModule("drop_path", new DropPath(dropPath));
  }

  /** Shapes: (B, dim, H, W) to its own. */
  override forward(x: Tensor): Tensor {
    return torch.scope(() => {
      const [, , rows, columns] = x.shape;
      const wider = this.#wider(x);
      const placed = this.#positions?.forward(wider) ?? wider.flatten(2).transpose(1, 2);
      const seen = this.#attention.forward(this.#normAttention.forward(placed));
      const tokens = placed.addcmul(this.#dropPath.forward(seen), this.#gammaAttention);
      const changed = this.mlp.forward(this.norm.forward(tokens));
      const branch = changed.transpose(1, 2).unflatten(2, [rows, columns]);
      return x.addcmul(this.#dropPath.forward(branch), this.#gamma.reshape(-1, 1, 1));
    });
  }

  /** Each part of the channels added to the one before it and convolved; the last stays as it is. */
  #wider(x: Tensor): Tensor {
    const parts = x.chunk(this.convs.length + 1, 1);
    const seen: Tensor[] = [];
    let before: Tensor | undefined;
    [...this.convs].forEach((conv, i) => {
      before = conv.forward(before === undefined ? parts[i] : before.add(parts[i]));
      seen.push(before);
    });
    return torch.cat([...seen, parts.at(-1)!], 1);
  }
}
