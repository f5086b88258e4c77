/**
 * Resizing the pixels of one image, with the results of Pillow: each pixel is an average over all those that fall
 * into it, weighted by a triangle (bilinear) or by Keys's cubic, in whole numbers.
 *
 * Kept small: decoding workers load it.
 *
 * @module
 */

import type { Cut } from "./crop.ts";
import { RESAMPLE_WASM } from "./resample_wasm.ts";

/** Bits after the point of a weight: what is left of 32 for bytes and two bits of overshoot. */
const PRECISION = 22;

/** What the vector instructions may read or write behind an array. */
const SLACK = 64;

/** A page of WebAssembly's memory. */
const PAGE = 65_536;

interface Exports {
  readonly memory: WebAssembly.Memory;
  horizontal(
    source: number,
    stride: number,
    rows: number,
    width: number,
    bounds: number,
    coefficients: number,
    taps: number,
    target: number,
    step: number,
  ): void;
  vertical(
    source: number,
    width: number,
    rows: number,
    bounds: number,
    coefficients: number,
    taps: number,
    target: number,
  ): void;
}

interface Filter {
  /** How far it reaches to either side. */
  readonly support: number;
  readonly weight: (distance: number) => number;
}

const filters: Record<"bilinear" | "bicubic", Filter> = {
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: {
    support: 2,
    weight: (distance) => {
      const x = Math.abs(distance);
      if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
      return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
    },
  },
};

/** Which pixels the pixels of a result are made of, and their weights. */
interface Weights {
  /** For each pixel, the first one and how many. */
  readonly bounds: Int32Array;
  readonly coefficients: Int32Array;
  /** How many coefficients each pixel has room for. */
  readonly taps: number;
}

/**
 * The weights for some pixels of a part resized.
 *
 * @param begin Where the part begins, in pixels, which may be a fraction.
 * @param size How many pixels it has, likewise.
 * @param to How many it gets.
 * @param from The first of them that is wanted.
 * @param count How many are.
 */
function weightsFor(
  filter: Filter,
  begin: number,
  size: number,
  to: number,
  from: number,
  count: number,
): Weights {
  // Nothing outside the part is used, but for what its edges cut.
  const whole = Math.floor(begin);
  const offset = begin - whole;
  const most = Math.ceil(offset + size - 1e-6);
  const scale = size / to;
  const stretch = Math.max(scale, 1);
  const support = filter.support * stretch;
  const bounds = new Int32Array(2 * count);
  let taps = 1;
  for (let i = 0; i < count; i++) {
    const centre = offset + (from + i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - support + 0.5));
    const end = Math.min(most, Math.trunc(centre + support + 0.5));
    bounds[2 * i] = whole + first;
    bounds[2 * i + 1] = end - first;
    taps = Math.max(taps, end - first);
  }
  const coefficients = new Int32Array(taps * count);
  const weights = new Float64Array(taps);
  for (let i = 0; i < count; i++) {
    const centre = offset + (from + i + 0.5) * scale;
    const first = bounds[2 * i] - whole;
    const end = first + bounds[2 * i + 1];
    let sum = 0;
    for (let x = first; x < end; x++) {
      sum += weights[x - first] = filter.weight((x - centre + 0.5) / stretch);
    }
    for (let x = 0; x < end - first; x++) {
      const weight = weights[x] / sum * 2 ** PRECISION;
      coefficients[taps * i + x] = Math.trunc(weight < 0 ? weight - 0.5 : weight + 0.5);
    }
  }
  return { bounds, coefficients, taps };
}

/** Resizes images, in memory of its own that grows with them. */
export class Resampler {
  readonly #exports: Exports;

  /** Compiles a few hundred bytes. */
  constructor() {
    const bytes = Uint8Array.from(atob(RESAMPLE_WASM), (letter) => letter.charCodeAt(0));
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes));
    this.#exports = instance.exports as unknown as Exports;
  }

  /** Room for an image of this many bytes, for {@linkcode resample}; valid until it is called. */
  source(bytes: number): Uint8Array<ArrayBuffer> {
    this.#reserve(bytes + SLACK);
    return new Uint8Array(this.#exports.memory.buffer as ArrayBuffer, 0, bytes);
  }

  /**
   * Resizes a part of the image in {@linkcode source} and cuts out the result.
   *
   * @param width How many pixels of three bytes a row of the image has.
   * @param height How many rows it has.
   * @param cut What to do; its part may begin and end within pixels.
   * @param into Gets the result as three planes of rows.
   * @param columns How many pixels a row of the result has.
   * @param rows How many rows it has.
   */
  resample(
    width: number,
    height: number,
    cut: Cut,
    interpolation: "bilinear" | "bicubic",
    into: Uint8Array,
    columns: number,
    rows: number,
  ): void {
    const filter = filters[interpolation];
    const across = weightsFor(filter, cut.left, cut.width, cut.toWidth, cut.x, columns);
    const down = weightsFor(filter, cut.top, cut.height, cut.toHeight, cut.y, rows);
    // Only these rows of the image are needed.
    const top = down.bounds[0];
    const count = down.bounds[2 * rows - 2] + down.bounds[2 * rows - 1] - top;
    for (let row = 0; row < rows; row++) down.bounds[2 * row] -= top;

    let end = width * height * 3 + SLACK;
    const place = (bytes: number): number => {
      const at = (end + 15) & ~15;
      end = at + bytes + SLACK;
      return at;
    };
    const acrossAt = [place(across.bounds.byteLength), place(across.coefficients.byteLength)];
    const downAt = [place(down.bounds.byteLength), place(down.coefficients.byteLength)];
    const between = place(3 * count * columns);
    const result = place(3 * rows * columns);
    this.#reserve(end);
    const { memory, horizontal, vertical } = this.#exports;
    const write = (values: Int32Array, at: number): void =>
      new Int32Array(memory.buffer, at, values.length).set(values);
    write(across.bounds, acrossAt[0]);
    write(across.coefficients, acrossAt[1]);
    write(down.bounds, downAt[0]);
    write(down.coefficients, downAt[1]);

    const step = cut.flip ? -1 : 1;
    horizontal(
      3 * top * width,
      3 * width,
      count,
      columns,
      acrossAt[0],
      acrossAt[1],
      across.taps,
      between,
      step,
    );
    for (let plane = 0; plane < 3; plane++) {
      const from = between + plane * count * columns;
      const to = result + plane * rows * columns;
      vertical(from, columns, rows, downAt[0], downAt[1], down.taps, to);
    }
    into.set(new Uint8Array(memory.buffer, result, 3 * rows * columns));
  }

  #reserve(bytes: number): void {
    const { memory } = this.#exports;
    const missing = bytes - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
  }
}
