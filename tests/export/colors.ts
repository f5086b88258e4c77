/** A model that tells red, green and blue photographs apart, and photographs for it. @module */

import { encode } from "fast-png";
import { ortRuntime } from "../../src/teachers/onnx_runtime.ts";
import { openSession, readModel } from "../../src/teachers/onnx_session.ts";
import { SmallCnn } from "../../src/models/small/cnn.ts";
import * as torch from "../../src/torch/mod.ts";

/** Names that would do harm where text became markup. */
export const NAMES = ["red <b>&amp;", "green", "</script><img src=x onerror=alert(1)>blue"];

/** The model: its features are the means of the colors, as far as they are more than gray. */
export function colorModel(): SmallCnn {
  const model = new SmallCnn({ channels: 3, numClasses: 3, widths: [3] });
  const same = [0, 1, 2].map((to) => [0, 1, 2].map((from) => Number(to === from)));
  const middle = (value: number) => [[0, 0, 0], [0, value, 0], [0, 0, 0]];
  torch.scope(() => {
    model.loadStateDict({
      ...model.stateDict(),
      "stem.0.weight": torch.tensor(same.map((row) => row.map(middle))),
      "head.weight": torch.tensor(same).mul(2),
      "head.bias": torch.zeros([3]),
    });
  });
  model.classNames = NAMES;
  model.view = { size: [32, 32], mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] };
  return model;
}

/** A photograph whose pixels are all there is to it. */
export interface Photograph {
  /** Rows, columns, RGB. */
  readonly pixels: Uint8Array;
  /** Its columns. */
  readonly width: number;
  /** Its rows. */
  readonly height: number;
}

/** A photograph of many shades of one color: 0 is red, 1 green, 2 blue. */
export function shades(color: number, width: number, height: number): Photograph {
  const pixels = Uint8Array.from({ length: 3 * width * height }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    return i % 3 === color ? 160 + (3 * x + y) % 90 : (x * y + i) % 110;
  });
  return { pixels, width, height };
}

/** A photograph as PNG, which keeps every pixel. */
export function toPng({ pixels, width, height }: Photograph): Uint8Array<ArrayBuffer> {
  return new Uint8Array(encode({ width, height, channels: 3, data: pixels }));
}

/** What onnxruntime-node says of a photograph. */
export async function nativeAnswer(
  path: string,
  { pixels, width, height }: Photograph,
): Promise<number[]> {
  const session = openSession(await ortRuntime(), path, readModel(path), { threads: 1 });
  try {
    const feed = { type: "uint8", dims: [1, height, width, 3], data: pixels, location: "cpu" };
    const fetched = { probabilities: null };
    const { probabilities } = session.run({ pixels: { ...feed, location: "cpu" } }, fetched, {});
    return Array.from(probabilities.data as Float32Array);
  } finally {
    session.dispose();
  }
}
