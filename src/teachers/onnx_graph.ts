/**
 * The little of the ONNX format that is needed to tap a tensor: the names in a model's graph, and one more
 * output of it.
 *
 * @module
 */

import { otherFormat } from "../archive/other_formats.ts";
import { FormatError } from "../base/errors.ts";
import type { OnnxGraph, OnnxNode } from "./onnx_names.ts";
import { field, Malformed, messages, text } from "./onnx_wire.ts";
import { pythonTexts } from "./python_texts.ts";

/** Field numbers of the format's messages. */
const MODEL_GRAPH = 7;
const GRAPH_NODE = 1, GRAPH_CONSTANT = 5, GRAPH_OUTPUT = 12;
const NODE_INPUT = 1, NODE_OUTPUT = 2, NODE_NAME = 3, NODE_OPERATION = 4, NODE_METADATA = 9;
const ENTRY_KEY = 1, ENTRY_VALUE = 2;
const VALUE_NAME = 1, TENSOR_NAME = 8;

/** Under which the newer exporter of PyTorch stores the modules around an operation. */
const SCOPES = "pkg.torch.onnx.name_scopes";
/** Under which its optimizer stores what it did. */
const RULES = "pkg.onnxscript.rewriter.rule_name";

/** More operations than any model has; each takes a few hundred bytes, here and in ONNX Runtime. */
const mostNodes = 500_000;

/**
 * Reads the names in a model.
 *
 * @throws {FormatError} if the bytes are no ONNX model.
 */
export function readOnnxGraph(bytes: Uint8Array, path: string): OnnxGraph {
  const graph: OnnxGraph = { nodes: [], outputs: [], constants: new Set() };
  try {
    for (const [field, part] of messages(bytes)) {
      if (field !== MODEL_GRAPH) continue;
      for (const [inner, message] of messages(part)) {
        if (inner === GRAPH_NODE) {
          if (graph.nodes.length === mostNodes) {
            throw new Malformed(`it has more than ${mostNodes} operations`);
          }
          graph.nodes.push(readNode(message));
        } else if (inner === GRAPH_OUTPUT) {
          graph.outputs.push(...named(message, VALUE_NAME));
        } else if (inner === GRAPH_CONSTANT) {
          for (const name of named(message, TENSOR_NAME)) graph.constants.add(name);
        }
      }
    }
  } catch (cause) {
    if (!(cause instanceof Malformed)) throw cause;
    throw new FormatError(`${path} is no ONNX model, or is damaged${hint(bytes)}.`, { cause });
  }
  if (graph.nodes.length === 0 && graph.outputs.length === 0) {
    throw new FormatError(`${path} is no ONNX model: there is no graph in it${hint(bytes)}.`);
  }
  return graph;
}

/** Adds outputs to a model. */
export function withOutputs(
  bytes: Uint8Array<ArrayBuffer>,
  names: readonly string[],
): Uint8Array<ArrayBuffer> {
  if (names.length === 0) return bytes;
  const values = names.map((name) => field(VALUE_NAME, new TextEncoder().encode(name)));
  const outputs = values.flatMap((value) => [...field(GRAPH_OUTPUT, value)]);
  // What follows is merged into the graph before it.
  const addition = field(MODEL_GRAPH, new Uint8Array(outputs));
  const whole = new Uint8Array(bytes.length + addition.length);
  whole.set(bytes);
  whole.set(addition, bytes.length);
  return whole;
}

function* named(message: Uint8Array, field: number): Generator<string> {
  for (const [number, value] of messages(message)) if (number === field) yield text(value);
}

function readNode(bytes: Uint8Array): OnnxNode {
  const node: OnnxNode = { name: "", operation: "", inputs: [], outputs: [] };
  for (const [number, value] of messages(bytes)) {
    if (number === NODE_INPUT) node.inputs.push(text(value));
    else if (number === NODE_OUTPUT) node.outputs.push(text(value));
    else if (number === NODE_NAME) node.name = text(value);
    else if (number === NODE_OPERATION) node.operation = text(value);
    else if (number === NODE_METADATA) readMetadata(value, node);
  }
  return node;
}

function readMetadata(bytes: Uint8Array, node: OnnxNode): void {
  let key = "";
  let value: Uint8Array = new Uint8Array();
  for (const [number, part] of messages(bytes)) {
    if (number === ENTRY_KEY) key = text(part);
    else if (number === ENTRY_VALUE) value = part;
  }
  if (key === SCOPES) node.scopes = pythonTexts(text(value)) ?? node.scopes;
  else if (key === RULES) node.rules = text(value);
}

/** What the file is instead, if that is known. */
function hint(bytes: Uint8Array): string {
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) {
    return ": it is a zip archive, as PyTorch's files are";
  }
  if (bytes.length === 0) return ": the file is empty";
  const other = otherFormat(bytes.subarray(0, 512));
  return other === undefined || other.includes("ONNX") ? "" : `: it is ${other}`;
}
