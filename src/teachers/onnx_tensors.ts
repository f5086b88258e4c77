/**
 * The tensors in an ONNX model, wherever they are: of its graph, of graphs within operations, of functions.
 *
 * @module
 */

import { fields, Malformed, packed, text } from "./onnx_wire.ts";

/** A tensor as a model declares it. */
export interface OnnxTensor {
  /** The tensor's name; may be empty. */
  name: string;
  /** The number of its element type in the ONNX format. */
  type: number;
  /** The tensor's shape. */
  dims: number[];
  /** The tensor's bytes, where they are in the file as they are in memory. */
  raw?: Uint8Array;
  /** Bytes of values in one of the format's lists, if there are any. */
  listed: boolean;
  /** Single-precision values in the format's list of such, part by part. */
  floats: Uint8Array[];
  /** Where the tensor's bytes are, if they lie in a file of their own: keys and values. */
  external?: Map<string, string>;
}

/** How deep graphs may lie in each other; each costs several calls here and in ONNX Runtime. */
const deepest = 64;
/** More dimensions than any tensor has. */
const mostDims = 64;

const MODEL_GRAPH = 7, MODEL_TRAINING = 20, MODEL_FUNCTION = 25;
const GRAPH_NODE = 1, GRAPH_TENSOR = 5, GRAPH_SPARSE = 15;
const NODE_ATTRIBUTE = 5, FUNCTION_NODE = 7;
const ATTRIBUTE_TENSOR = 5, ATTRIBUTE_GRAPH = 6, ATTRIBUTE_TENSORS = 10, ATTRIBUTE_GRAPHS = 11;
const ATTRIBUTE_SPARSE = 22, ATTRIBUTE_SPARSES = 23;
const TENSOR_DIMS = 1, TENSOR_TYPE = 2, TENSOR_FLOATS = 4, TENSOR_NAME = 8, TENSOR_RAW = 9;
const TENSOR_EXTERNAL = 13, TENSOR_LOCATION = 14;
/** Lists of int32, strings, int64, double and uint64. */
const TENSOR_LISTS = [5, 6, 7, 10, 11];
const ENTRY_KEY = 1, ENTRY_VALUE = 2;

type Visit = (tensor: OnnxTensor) => void;

/**
 * Visits the tensors in a model.
 *
 * @throws {Malformed} if the bytes are no model, or graphs lie in each other without end.
 */
export function visitTensors(model: Uint8Array, visit: Visit): void {
  for (const [number, part] of fields(model)) {
    if (typeof part === "number") continue;
    if (number === MODEL_GRAPH) visitGraph(part, visit, 0);
    else if (number === MODEL_FUNCTION) visitNodes(part, FUNCTION_NODE, visit, 0);
    else if (number === MODEL_TRAINING) {
      for (const [, inner] of fields(part)) {
        if (typeof inner !== "number") visitGraph(inner, visit, 0);
      }
    }
  }
}

function visitGraph(graph: Uint8Array, visit: Visit, depth: number): void {
  if (depth > deepest) throw new Malformed("graphs lie in each other too deeply");
  for (const [number, part] of fields(graph)) {
    if (typeof part === "number") continue;
    if (number === GRAPH_TENSOR) visit(readTensor(part));
    else if (number === GRAPH_SPARSE) visitSparse(part, visit);
  }
  visitNodes(graph, GRAPH_NODE, visit, depth);
}

function visitNodes(graph: Uint8Array, field: number, visit: Visit, depth: number): void {
  for (const [number, node] of fields(graph)) {
    if (number !== field || typeof node === "number") continue;
    for (const [inner, attribute] of fields(node)) {
      if (inner !== NODE_ATTRIBUTE || typeof attribute === "number") continue;
      for (const [kind, value] of fields(attribute)) {
        if (typeof value === "number") continue;
        if (kind === ATTRIBUTE_TENSOR || kind === ATTRIBUTE_TENSORS) visit(readTensor(value));
        else if (kind === ATTRIBUTE_GRAPH || kind === ATTRIBUTE_GRAPHS) {
          visitGraph(value, visit, depth + 1);
        } else if (kind === ATTRIBUTE_SPARSE || kind === ATTRIBUTE_SPARSES) {
          visitSparse(value, visit);
        }
      }
    }
  }
}

/** A sparse tensor is a message of its values, its indices, and its shape. */
function visitSparse(bytes: Uint8Array, visit: Visit): void {
  for (const [number, part] of fields(bytes)) {
    if ((number === 1 || number === 2) && typeof part !== "number") visit(readTensor(part));
  }
}

function readTensor(bytes: Uint8Array): OnnxTensor {
  const tensor: OnnxTensor = { name: "", type: 0, dims: [], listed: false, floats: [] };
  let isExternal = false;
  for (const [number, value] of fields(bytes)) {
    if (typeof value === "number") {
      if (number === TENSOR_DIMS) addDims(tensor, [value]);
      else if (number === TENSOR_TYPE) tensor.type = value;
      else if (number === TENSOR_LOCATION) isExternal = value === 1;
      else if (TENSOR_LISTS.includes(number)) tensor.listed = true;
    } else if (number === TENSOR_DIMS) addDims(tensor, packed(value));
    else if (number === TENSOR_NAME) tensor.name = text(value);
    else if (number === TENSOR_RAW) tensor.raw = value;
    else if (number === TENSOR_FLOATS) tensor.floats.push(value);
    else if (number === TENSOR_EXTERNAL) readEntry(value, tensor.external ??= new Map());
    else if (TENSOR_LISTS.includes(number)) tensor.listed = true;
  }
  if (isExternal) tensor.external ??= new Map();
  else delete tensor.external;
  return tensor;
}

function addDims({ dims }: OnnxTensor, sizes: readonly number[]): void {
  if (dims.length + sizes.length > mostDims) {
    throw new Malformed(`a tensor has more than ${mostDims} dimensions`);
  }
  dims.push(...sizes);
}

function readEntry(bytes: Uint8Array, entries: Map<string, string>): void {
  let key = "";
  let value = "";
  for (const [number, part] of fields(bytes)) {
    if (typeof part === "number") continue;
    if (number === ENTRY_KEY) key = text(part);
    else if (number === ENTRY_VALUE) value = text(part);
  }
  entries.set(key, value);
}
