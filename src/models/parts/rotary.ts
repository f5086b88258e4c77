/**
 * Rotary positions of patches.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import * as nn from "../../nn/mod.ts";
import * as torch from "../../torch/mod.ts";
import type { Tensor } from "../../torch/mod.ts";
import { lasting } from "./lasting.ts";
import type { Grid } from "./positions.ts";
import { checkCounts, checkSmall } from "./size_checks.ts";

/** What makes one {@linkcode Rotary} another. */
export interface RotaryOptions {
  /**
   * What an angle is of: `"axial"` of the number of a patch's row or column (EVA-02, Perception Encoder), `"centered"` of
   * where it is between the edges, from -1 to 1 (DINOv3), `"mixed"` of row and column in a learned direction, each head
   * of each block its own (RoPE-Mixed). `"axial"` by default.
   */
  kind?: "axial" | "centered" | "mixed";
  /** By which factor the slowest turns slower than the fastest, about; 10000 by default. */
  temperature?: number;
  /** What is added to the numbers of rows and columns; 0 by default. */
  offset?: number;
  /** Whether the first channels are of columns (`"xy"`), or of rows (`"ij"`, the default). */
  order?: "ij" | "xy";
  /** The side of the grid that angles are scaled to, whatever the image's (axial only); none by default. */
  reference?: number;
  /** Whether a channel is paired with the one half a head away, rather than with its neighbor; false by default. */
  half?: boolean;
}

/** The network that positions are for. */
export interface RotaryOf {
  /** The channels of a head. */
  readonly headDim: number;
  /** The number of heads. */
  readonly heads: number;
  /** The number of blocks. */
  readonly depth: number;
  /** How many tokens before the patches have no position. */
  readonly prefix: number;
}

/** Grids whose angles are kept: those of a training have one or a few sizes. */
const mostKept = 16;

/**
 * Rotary positions (Su et al., RoFormer, 2024, equation 15) of patches in a plane (Heo et al., Rotary position embedding for
 * vision transformer, 2024, section 3): pairs of channels of queries and keys are turned by angles that grow with the
 * position, so that a product of both depends on the distance only.
 *
 * Without parameters, whose turns are made once for each size of images; `"mixed"` has timm's `freqs` (2, blocks, heads,
 * headDim / 2). Tokens before the patches are not turned.
 */
export class Rotary extends nn.Module {
  /** Whether a channel is paired with the one half a head away. */
  readonly half: boolean;
  /** The learned directions, (2, blocks, heads, headDim / 2), or null. */
  readonly freqs: Tensor | null = null;
  readonly #options: Required<Omit<RotaryOptions, "reference">> & { reference?: number };
  readonly #of: RotaryOf;
  readonly #kept = new Map<string, Tensor>();

  /**
   * For the queries and keys of a network.
   *
   * @throws {ArgumentError} if an option cannot be used, or heads have no four equal parts of channels.
   */
  constructor(of: RotaryOf, options: RotaryOptions = {}) {
    super();
    const { kind = "axial", temperature = 10000, offset = 0, order = "ij", half = false } = options;
    const { reference } = options;
    checkRotary("Rotary", of.headDim, options);
    this.#options = { kind, temperature, offset, order, half, reference };
    this.#of = of;
    this.half = half;
    if (kind === "mixed") {
      this.freqs = this.registerParameter("freqs", firstDirections(of, temperature));
    }
  }

  /** Turns alone compute nothing: the attention has queries and keys. */
  override forward(): Tensor {
    throw new ArgumentError("Rotary has no forward of its own; give its turns to the attention.");
  }

  /** The turns of a grid, one for each block or one for all, as the attention takes them. */
  turns(grid: Grid, like: Tensor): Tensor[] {
    if (this.freqs !== null) return this.#mixed(this.freqs, grid);
    const dtype = like.dtype === "float64" ? "float64" : "float32";
    const name = `turns_${grid.join("x")}_${dtype}`;
    const kept = this.#kept.get(name);
    if (kept !== undefined) return [kept];
    const turns = lasting(() => turnsOf(this.#angles(grid).to(dtype)).unsqueeze(1).to(like.device));
    if (this.#kept.size < mostKept) {
      this.#kept.set(name, this.registerBuffer(name, turns, { persistent: false }));
    }
    return [turns];
  }

  /** The angles of all tokens, (tokens, 1, headDim / 2). */
  #angles(grid: Grid): Tensor {
    const { kind, temperature, order } = this.#options;
    const { headDim, prefix } = this.#of;
    const steps = torch.arange(headDim / 4).float().div(headDim / 4);
    const slowness = torch.full([1], temperature).pow(steps);
    const places = onGrid(grid.map((count) => this.#places(count)), order);
    const angles = kind === "centered"
      ? places.mul(2 * Math.PI).unsqueeze(2).div(slowness)
      : places.unsqueeze(2).mul(slowness.reciprocal());
    return torch.cat([torch.zeros([prefix, headDim / 2]), angles.flatten(1)]).unsqueeze(1);
  }

  /** Where rows or columns are. */
  #places(count: number): Tensor {
    const { kind, offset, reference } = this.#options;
    if (kind === "centered") {
      return torch.arange(count).float().add(0.5 + offset).div(count).mul(2).sub(1);
    }
    const places = torch.arange(count).float().add(offset);
    return reference === undefined ? places : places.div(count).mul(reference);
  }

  #mixed(freqs: Tensor, [rows, columns]: Grid): Tensor[] {
    const { order } = this.#options;
    const { prefix } = this.#of;
    const [across, down] = freqs.unbind(0);
    const { dtype, device } = freqs;
    const numbers = [rows, columns].map((count) => torch.arange(count).float());
    const places = torch.cat([torch.zeros([prefix, 2]), onGrid(numbers, order)])
      .to({ device, dtype: dtype === "float64" ? dtype : "float32" });
    const [x, y] = places.reshape(-1, 2, 1, 1, 1).unbind(1);
    const angles = x.mul(across).addcmul(y, down);
    return turnsOf(angles).unbind(1).map((one) => one.unsqueeze(1));
  }
}

/**
 * Checks how a network's queries and keys are turned.
 *
 * @throws {ArgumentError} naming the network and the option, or if heads have no four equal parts of channels.
 */
export function checkRotary(model: string, headDim: number, options: RotaryOptions): void {
  const { kind = "axial", temperature = 10000, offset = 0, order = "ij", half = false } = options;
  if (!["axial", "centered", "mixed"].includes(kind)) {
    throw new ArgumentError(`${model}: kind is "axial", "centered" or "mixed", got "${kind}".`);
  }
  if (!["ij", "xy"].includes(order)) {
    throw new ArgumentError(`${model}: order is "ij" or "xy", got "${order}".`);
  }
  checkSmall(model, { offset });
  if (options.reference !== undefined) checkCounts(model, { reference: options.reference });
  if (!(temperature > 1 && temperature < 1e9)) {
    throw new ArgumentError(
      `${model}: temperature must be above 1 and below 1e9, got ${temperature}.`,
    );
  }
  if (headDim % 4 !== 0) {
    throw new ArgumentError(
      `${model}: a head's ${headDim} channels cannot be pairs for rows and columns; choose a multiple of 4.`,
    );
  }
  if (kind === "mixed" && half) {
    throw new ArgumentError(`${model}: half is for "axial" and "centered"; set it to false.`);
  }
}

/** Both coordinates of every patch, row by row: (rows · columns, 2). */
function onGrid([down, across]: Tensor[], order: "ij" | "xy"): Tensor {
  const [rows, columns] = [down.size(0), across.size(0)];
  const row = down.unsqueeze(1).expand(rows, columns).reshape(-1);
  const column = across.unsqueeze(0).expand(rows, columns).reshape(-1);
  return torch.stack(order === "xy" ? [column, row] : [row, column], 1);
}

/** Unit complex numbers of angles. */
function turnsOf(angles: Tensor): Tensor {
  return torch.complex(angles.cos(), angles.sin());
}

/** timm's first directions: two that are orthogonal for each head of each block, at random. */
function firstDirections({ headDim, heads, depth }: RotaryOf, temperature: number): Tensor {
  return torch.scope(() => {
    const steps = torch.arange(0, headDim, 4).float().div(headDim);
    const size = torch.full([1], temperature).pow(steps).reciprocal();
    const angles = torch.zeros([depth, heads, 1]);
    nn.init.uniform_(angles);
    const both = [0, Math.PI / 2].map((more) => angles.mul(2 * Math.PI).add(more));
    const x = torch.cat(both.map((angle) => angle.cos().mul(size)), 2);
    const y = torch.cat(both.map((angle) => angle.sin().mul(size)), 2);
    return torch.stack([x, y]);
  });
}
