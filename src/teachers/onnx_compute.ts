/**
 * Running ONNX models.
 *
 * @module
 */

import { zeros } from "../torch/creation.ts";
import { cat } from "../torch/operators.gen.ts";
import { scope } from "../torch/scope.ts";
import type { Tensor } from "../torch/tensor.ts";
import type { OnnxInput } from "./onnx_image.ts";
import type { OrtSession } from "./onnx_runtime.ts";
import { runSession } from "./onnx_session.ts";

/**
 * Runs a model on images: one for a fixed number of images as often as needed.
 *
 * @param session The model.
 * @param input What it takes.
 * @param images Images (B, C, H, W).
 * @param names The names of the tensors wanted.
 * @param path The model's file, for messages.
 * @returns Those tensors, on the images' device.
 */
export function computeNamed(
  session: OrtSession,
  input: OnnxInput,
  images: Tensor,
  names: readonly string[],
  path: string,
): Record<string, Tensor> {
  const infer = (part: Tensor): Record<string, Tensor> => {
    const computed = runSession(session, { [input.name]: part }, names, path);
    const { device } = images;
    return Object.fromEntries(names.map((name) => [name, computed[name].to(device)]));
  };
  return scope(() => {
    const taken = input.take(images);
    const [batch] = taken.shape;
    const [fixed] = input.shape;
    if (typeof fixed === "string" || fixed === batch) return infer(taken);
    const parts: Record<string, Tensor>[] = [];
    for (let at = 0; at < batch; at += fixed) {
      let part = taken.narrow(0, at, Math.min(fixed, batch - at));
      const missing = fixed - part.shape[0];
      if (missing > 0) {
        part = cat([part, zeros([missing, ...taken.shape.slice(1)], { dtype: taken.dtype })]);
      }
      parts.push(infer(part));
    }
    return Object.fromEntries(
      names.map((name) => [name, cat(parts.map((part) => part[name])).narrow(0, 0, batch)]),
    );
  });
}
