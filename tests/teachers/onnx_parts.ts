// Parts of ONNX files, as bytes, for tests that need what no exporter writes.

import { field } from "../../src/teachers/onnx_wire.ts";

const encoder = new TextEncoder();
const text = (number: number, value: string) => field(number, encoder.encode(value));
const joined = (parts: readonly Uint8Array[]) => new Uint8Array(parts.flatMap((part) => [...part]));

/** A field with a number, negative ones as the format has them. */
function numeric(number: number, value: number): Uint8Array {
  const bytes = [number << 3];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return new Uint8Array(bytes);
}

/** What a tensor is made of. */
export interface TensorParts {
  name: string;
  type: number;
  dims: readonly number[];
  raw?: Uint8Array;
  external?: Record<string, string>;
}

/** A tensor, with its values in the file or beside it. */
export function tensor({ name, type, dims, raw, external }: TensorParts): Uint8Array {
  const parts = [...dims.map((size) => numeric(1, size)), numeric(2, type), text(8, name)];
  if (raw !== undefined) parts.push(field(9, raw));
  for (const [key, value] of Object.entries(external ?? {})) {
    parts.push(field(13, joined([text(1, key), text(2, value)])));
  }
  if (external !== undefined) parts.push(numeric(14, 1));
  return joined(parts);
}

/** An operation, perhaps with graphs in it. */
export function node(
  operation: string,
  inputs: readonly string[],
  outputs: readonly string[],
  graphs: readonly (readonly [name: string, graph: Uint8Array])[] = [],
  name = "",
): Uint8Array {
  return joined([
    ...inputs.map((one) => text(1, one)),
    ...outputs.map((one) => text(2, one)),
    text(3, name),
    text(4, operation),
    ...graphs.map(([name, inner]) =>
      field(5, joined([text(1, name), field(6, inner), numeric(20, 5)]))
    ),
  ]);
}

/** An input or output; names stand for open sizes. */
export function input(name: string, type: number, shape: readonly (number | string)[]): Uint8Array {
  const sizes = shape.map((size) =>
    field(1, typeof size === "number" ? numeric(1, size) : text(2, size))
  );
  const tensorType = joined([numeric(1, type), field(2, joined(sizes))]);
  return joined([text(1, name), field(2, field(1, tensorType))]);
}

/** An output, which is written as an input is. */
export const output = input;

/** A graph. */
export function graph(
  nodes: readonly Uint8Array[],
  inputs: readonly Uint8Array[],
  outputs: readonly Uint8Array[],
  tensors: readonly Uint8Array[],
): Uint8Array {
  return joined([
    ...nodes.map((one) => field(1, one)),
    text(2, "graph"),
    ...tensors.map((one) => field(5, one)),
    ...inputs.map((one) => field(11, one)),
    ...outputs.map((one) => field(12, one)),
  ]);
}

/** A model of a graph. */
export function model(inner: Uint8Array, version = 17): Uint8Array {
  return joined([
    numeric(1, 8),
    field(8, joined([text(1, ""), numeric(2, version)])),
    field(7, inner),
  ]);
}
