/**
 * An ONNX model whose weights lie under other names: in the cache of a hub they are links to files that are called after
 * their contents, and ONNX Runtime follows no link out of a folder.
 *
 * @module
 */

import { field, fields, text } from "./onnx_wire.ts";

const MODEL_GRAPH = 7, GRAPH_TENSOR = 5, TENSOR_EXTERNAL = 13, ENTRY_KEY = 1, ENTRY_VALUE = 2;

/**
 * The model with other names of files for the tensors of its graph.
 *
 * @param bytes The model.
 * @param names The names now, by those in the model; others stay.
 */
export function relocated(
  bytes: Uint8Array,
  names: ReadonlyMap<string, string>,
): Uint8Array<ArrayBuffer> {
  const isLocation = (entry: Uint8Array): boolean =>
    [...fields(entry)].some(([number, value]) =>
      number === ENTRY_KEY && typeof value !== "number" && text(value) === "location"
    );
  const entry = (bytes: Uint8Array): Uint8Array =>
    isLocation(bytes) ? changed(bytes, ENTRY_VALUE, renamed) : bytes;
  const renamed = (bytes: Uint8Array): Uint8Array => {
    const name = names.get(text(bytes));
    return name === undefined ? bytes : new TextEncoder().encode(name);
  };
  const tensor = (bytes: Uint8Array) => changed(bytes, TENSOR_EXTERNAL, entry);
  const graph = (bytes: Uint8Array) => changed(bytes, GRAPH_TENSOR, tensor);
  return changed(bytes, MODEL_GRAPH, graph);
}

/** A message with its fields of a number changed. */
function changed(
  bytes: Uint8Array,
  wanted: number,
  change: (value: Uint8Array) => Uint8Array,
): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  for (const [number, value, whole] of fields(bytes)) {
    const isWanted = number === wanted && typeof value !== "number";
    parts.push(isWanted ? field(number, change(value)) : whole);
  }
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
