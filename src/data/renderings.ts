/**
 * What networks see of pixels.
 *
 * @module
 */

import type { Tensor } from "../torch/tensor.ts";
import { renderView } from "./apply_view.ts";
import type { View } from "./view.ts";

/** Some pixels as networks see them: equal views are rendered once while the rendered images live. */
export class Renderings {
  readonly #pixels: Tensor;
  readonly #rendered: Map<string, Tensor> = new Map();

  /**
   * Renders nothing yet.
   *
   * @param pixels The pixels (B, C, H, W), which stay the caller's.
   */
  constructor(pixels: Tensor) {
    this.#pixels = pixels;
  }

  /**
   * The pixels as a network of this view sees them; they belong to the scope that is open.
   *
   * @throws As `applyView` does.
   */
  of(view: View | null): Tensor {
    const key = keyOf(view);
    const known = this.#rendered.get(key);
    if (known !== undefined && !known.isDisposed) return known;
    const rendered = renderView(this.#pixels, view, true);
    if (rendered !== this.#pixels) this.#rendered.set(key, rendered);
    return rendered;
  }

  /** Frees what was rendered. */
  dispose(): void {
    for (const tensor of this.#rendered.values()) tensor.dispose();
    this.#rendered.clear();
  }
}

/** What of a view decides how pixels are rendered. */
function keyOf(view: View | null): string {
  if (view === null) return "";
  const { size, mean, std, interpolation = "bilinear" } = view;
  return JSON.stringify([size, mean, std, interpolation]);
}
