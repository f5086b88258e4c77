/**
 * The heads of RADIO's adaptors.
 *
 * @module
 */

import * as nn from "../../nn/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { VitBlock } from "./vit_block.ts";

/** The widths of a head, and how many layers are between its first and its last. */
export interface RadioHeadSizes {
  /** The width of the tokens that it is given. */
  readonly input: number;
  /** The width of the layers between. */
  readonly hidden: number;
  /** The width of the teacher's tokens. */
  readonly output: number;
  /** How many layers are between the first and the last. */
  readonly inner: number;
}

/** A head whose output's width is known. */
export abstract class RadioHead extends nn.Module {
  /** The width of the teacher's tokens. */
  readonly output: number;

  /** For tokens of a teacher of this width. */
  constructor(output: number) {
    super();
    this.output = output;
  }
}

/** A norm, a rectifier, a layer: NVIDIA numbers all three. */
function step(from: number, to: number): nn.Sequential {
  return new nn.Sequential(new nn.LayerNorm(from), new nn.GELU(), new nn.Linear(from, to));
}

/**
 * An MLP of residual steps: fc1, then x + step(x) for each of `blocks`, then `final`; each step a norm, GELU and a layer. Keys as
 * NVIDIA's second version: `fc1`, `blocks.i.{0,2}`, `final.{0,2}`, and `pre_norm.0` where tokens are normalized first.
 */
export class ResidualHead extends RadioHead {
  /** From a token to the hidden width. */
  readonly fc1: nn.Linear;
  /** The steps between. */
  readonly blocks: nn.ModuleList;
  /** To the width of the teacher's tokens. */
  readonly final: nn.Sequential;
  readonly #preNorm: nn.Module | null;

  /** With a norm and GELU before all else where `preNorm` is set. */
  constructor({ input, hidden, output, inner }: RadioHeadSizes, preNorm: boolean) {
    super(output);
    this.#preNorm = preNorm
      ? this.registerModule("pre_norm", new nn.Sequential(new nn.LayerNorm(input), new nn.GELU()))
      : null;
    this.fc1 = new nn.Linear(input, hidden);
    this.blocks = new nn.ModuleList(Array.from({ length: inner }, () => step(hidden, hidden)));
    this.final = step(hidden, output);
  }

  /** Shapes: (*, input) to (*, output). */
  override forward(tokens: Tensor): Tensor {
    let x = this.fc1.forward(this.#preNorm?.forward(tokens) ?? tokens);
    for (const block of this.blocks) x = x.add(block.forward(x));
    return this.final.forward(x);
  }
}

/**
 * A plain MLP with norms and rectifiers. Keys as NVIDIA's first version: `fc1`, `norm`, `inner.{3i,3i+1}`, `fc2`.
 */
export class PlainHead extends RadioHead {
  /** From a token to the hidden width. */
  readonly fc1: nn.Linear;
  /** The norm after it. */
  readonly norm: nn.LayerNorm;
  /** The layers between, with their norms. */
  readonly inner: nn.Sequential;
  /** To the width of the teacher's tokens. */
  readonly fc2: nn.Linear;

  /** Makes the head. */
  constructor({ input, hidden, output, inner }: RadioHeadSizes) {
    super(output);
    this.fc1 = new nn.Linear(input, hidden);
    this.norm = new nn.LayerNorm(hidden);
    const between = Array.from(
      { length: inner },
      () => [new nn.Linear(hidden, hidden), new nn.LayerNorm(hidden), new nn.ReLU()],
    );
    this.inner = new nn.Sequential(...between.flat());
    this.fc2 = new nn.Linear(hidden, output);
  }

  /** Shapes: (*, input) to (*, output). */
  override forward(tokens: Tensor): Tensor {
    const x = this.norm.forward(this.fc1.forward(tokens)).relu();
    return this.fc2.forward(this.inner.forward(x));
  }
}

/** How many attention heads the blocks of an {@linkcode AttentiveHead} have. */
const HEADS = 16;

/** Blocks of a vision transformer before an MLP, for patches. Keys as NVIDIA's: `blocks.i`, `mlp`. */
export class AttentiveHead extends RadioHead {
  /** The blocks. */
  readonly blocks: nn.Sequential;
  /** The MLP. */
  readonly mlp: ResidualHead;

  /** With `depth` blocks. */
  constructor(sizes: RadioHeadSizes, preNorm: boolean, depth: number) {
    super(sizes.output);
    const { input: dim } = sizes;
    const options = {
      heads: HEADS,
      hidden: 4 * dim,
      activation: "gelu",
      qkvBias: false,
      eps: 1e-6,
      layerScale: 1e-5,
    } as const;
    const blocks = Array.from({ length: depth }, () => new VitBlock(dim, 0, options));
    this.blocks = new nn.Sequential(...blocks);
    this.mlp = new ResidualHead(sizes, preNorm);
  }

  /** Shapes: (B, N, input) to (B, N, output). */
  override forward(tokens: Tensor): Tensor {
    return this.mlp.forward(this.blocks.forward(tokens));
  }
}
