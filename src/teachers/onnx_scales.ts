/**
 * The numbers by which an ONNX model's tensors are quantized.
 *
 * @module
 */

import { quote } from "../archive/file_reader.ts";
import { FormatError } from "../base/errors.ts";
import type { OnnxGraph } from "./onnx_names.ts";
import type { OnnxTensor } from "./onnx_tensors.ts";

/** Which inputs of an operation are scales. */
const scaleInputs: Readonly<Record<string, readonly number[]>> = {
  QuantizeLinear: [1],
  DequantizeLinear: [1],
  QLinearConv: [1, 4, 6],
  QLinearMatMul: [1, 4, 6],
  QLinearAdd: [1, 4, 6],
  QLinearMul: [1, 4, 6],
  QGemm: [1, 4, 7],
};

/** The names of the tensors that are scales. */
export function scalesIn(graph: OnnxGraph): Set<string> {
  const names = new Set<string>();
  for (const { operation, inputs } of graph.nodes) {
    if (!Object.hasOwn(scaleInputs, operation)) continue;
    for (const at of scaleInputs[operation]) if (inputs[at]) names.add(inputs[at]);
  }
  return names;
}

/**
 * Refuses scales by which nothing can be divided: ONNX Runtime takes them, and all that comes after is 0 or NaN.
 *
 * @throws {FormatError} if one is 0 or less, infinite or NaN.
 */
export function checkScale(tensor: OnnxTensor, path: string): void {
  const wrong = valuesOf(tensor).find((value) => !(value > 0 && value < Infinity));
  if (wrong === undefined) return;
  throw new FormatError(
    `${path} cannot be used: ${
      quote(tensor.name)
    }, by which numbers are quantized, has ${wrong} in it. Quantize the model ` +
      "anew, with images like those that it will be given.",
  );
}

/** The values of a tensor that lies in the file, as far as scales are concerned. */
function valuesOf({ type, raw, floats }: OnnxTensor): Float32Array | Float16Array | number[] {
  const bytes = (part: Uint8Array, width: number) =>
    part.slice(0, part.length - part.length % width).buffer as ArrayBuffer;
  if (type === 10 && raw !== undefined) return new Float16Array(bytes(raw, 2));
  if (type !== 1) return [];
  if (raw !== undefined) return new Float32Array(bytes(raw, 4));
  return floats.flatMap((part) => [...new Float32Array(bytes(part, 4))]);
}
