/**
 * The little of the ONNX format that is needed to tap a tensor: the names in a model's graph, and one more
 * output of it.
 *
 * An ONNX file is a message of Protocol Buffers. Of these, a message appended to another of the same type is
 * merged into it, lists one after the other: another output is a few bytes at the end, whatever the file holds.
 *
 * @module
 */

import { otherFormat } from "../archive/other_formats.ts";
import { ArgumentError, FormatError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import { moduleOutput, modulesAround } from "./onnx_modules.ts";
import type { OnnxGraph, OnnxNode } from "./onnx_names.ts";

/** Field numbers of the format's messages. */
const MODEL_GRAPH = 7;
const GRAPH_NODE = 1, GRAPH_OUTPUT = 12;
const NODE_INPUT = 1, NODE_OUTPUT = 2, NODE_NAME = 3, NODE_OPERATION = 4, NODE_METADATA = 9;
const ENTRY_KEY = 1, ENTRY_VALUE = 2;
const VALUE_NAME = 1;

/** Under which the newer exporter of PyTorch stores the modules around an operation. */
const SCOPES = "pkg.torch.onnx.name_scopes";

/** More operations than any model has; each takes a few hundred bytes, here and in ONNX Runtime. */
const mostNodes = 500_000;

/**
 * Reads the names in a model.
 *
 * @throws {FormatError} if the bytes are no ONNX model.
 */
export function readOnnxGraph(bytes: Uint8Array, path: string): OnnxGraph {
  const graph: OnnxGraph = { nodes: [], outputs: [] };
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
          for (const [f, name] of messages(message)) {
            if (f === VALUE_NAME) graph.outputs.push(text(name));
          }
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

/** Adds an output to a model. */
export function withOutput(bytes: Uint8Array, name: string): Uint8Array<ArrayBuffer> {
  const value = field(VALUE_NAME, new TextEncoder().encode(name));
  const addition = field(MODEL_GRAPH, field(GRAPH_OUTPUT, value));
  const whole = new Uint8Array(bytes.length + addition.length);
  whole.set(bytes);
  whole.set(addition, bytes.length);
  return whole;
}

/**
 * Finds the tensor that a tap means: one of this name; the result of the operation of this name; or what the module of
 * this name returned.
 *
 * @throws {ArgumentError} if there is none, with the nearest names, or if it may be several.
 */
export function findTap(graph: OnnxGraph, tap: string, path: string): string {
  const names = graph.nodes.flatMap(({ outputs }) => outputs);
  const node = graph.nodes.find(({ name }) => name === tap);
  const named = names.includes(tap) ? tap : node?.outputs[0] || undefined;
  // Tensors may have the names of other modules.
  const isModule = graph.nodes.some((one) => modulesAround(one).includes(tap));
  const returned = named === undefined || isModule ? moduleOutput(graph, tap, path) : undefined;
  if (named !== undefined && returned !== undefined && named !== returned) {
    throw new ArgumentError(
      `"${tap}" is a tensor of ${path} and a module, which returned another one, "${returned}". Give the name of the ` +
        `operation, "${
          graph.nodes.find(({ outputs }) => outputs.includes(named))?.name
        }" for the first; or "${returned}".`,
    );
  }
  const found = named ?? returned;
  if (found !== undefined) return found;
  const modules = [...new Set(graph.nodes.flatMap(modulesAround))];
  const near = modules.length === 0
    ? ""
    : ` The nearest modules are ${nearest(tap, modules, 5).join(", ")}.`;
  throw new ArgumentError(
    `${path} computes no tensor "${tap}". The nearest names are ${
      nearest(tap, names, 5).join(", ")
    }; it has ${names.length}.${near}`,
  );
}

/** Operations that a classifier's last layer may be followed by, which leave its result in place. */
const passing = new Set([
  "Softmax",
  "LogSoftmax",
  "Sigmoid",
  "Identity",
  "Cast",
  "Flatten",
  "Reshape",
  "Squeeze",
  "DequantizeLinear",
  "QuantizeLinear",
]);

/** The tensor that goes into the last linear layer before `logits`, or undefined if that cannot be told. */
export function penultimate(graph: OnnxGraph, logits: string): string | undefined {
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node])));
  const computed = (name: string | undefined): string | undefined =>
    name !== undefined && makers.get(name) !== undefined &&
      makers.get(name)?.operation !== "Constant"
      ? name
      : undefined;
  let name: string | undefined = logits;
  for (let step = 0; step < 8 && name !== undefined; step++) {
    const node: OnnxNode | undefined = makers.get(name);
    if (node === undefined) return undefined;
    if (["Gemm", "MatMul", "Conv"].includes(node.operation)) return computed(node.inputs[0]);
    // A bias on its own.
    if (node.operation === "Add") name = node.inputs.find((input) => computed(input) !== undefined);
    else if (passing.has(node.operation)) name = node.inputs[0];
    else return undefined;
  }
  return undefined;
}

function readNode(bytes: Uint8Array): OnnxNode {
  const node: OnnxNode = { name: "", operation: "", inputs: [], outputs: [] };
  for (const [number, value] of messages(bytes)) {
    if (number === NODE_INPUT) node.inputs.push(text(value));
    else if (number === NODE_OUTPUT) node.outputs.push(text(value));
    else if (number === NODE_NAME) node.name = text(value);
    else if (number === NODE_OPERATION) node.operation = text(value);
    else if (number === NODE_METADATA) node.scopes = readScopes(value) ?? node.scopes;
  }
  return node;
}

/** The list that Python wrote as text: `['', 'layer1', 'layer1.0', 'relu']`. */
function readScopes(bytes: Uint8Array): string[] | undefined {
  let key = "";
  let value = "";
  for (const [number, part] of messages(bytes)) {
    if (number === ENTRY_KEY) key = text(part);
    else if (number === ENTRY_VALUE) value = text(part);
  }
  if (key !== SCOPES || !/^\[.*\]$/s.test(value)) return undefined;
  return [...value.matchAll(/'([^']*)'|"([^"]*)"/g)].map(([, one, other]) => one ?? other);
}

class Malformed extends Error {}

/** The fields of a message that have a length: strings, bytes and messages. */
function* messages(bytes: Uint8Array): Generator<[field: number, value: Uint8Array]> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let i = 0; i < 10; i++) {
      if (at >= bytes.length) throw new Malformed("it ends in a number");
      const byte = bytes[at++];
      value += (byte & 127) * 2 ** (7 * i);
      if (byte < 128) return value;
    }
    throw new Malformed("a number is too long");
  };
  while (at < bytes.length) {
    const tag = varint();
    switch (tag % 8) {
      case 0:
        varint();
        break;
      case 1:
        at += 8;
        break;
      case 5:
        at += 4;
        break;
      case 2: {
        const length = varint();
        if (length > bytes.length - at) throw new Malformed("a part reaches beyond the end");
        yield [Math.floor(tag / 8), bytes.subarray(at, at + length)];
        at += length;
        break;
      }
      default:
        throw new Malformed("it has a field of no known kind");
    }
    if (at > bytes.length) throw new Malformed("it ends in a number");
  }
}

function field(number: number, value: Uint8Array): Uint8Array<ArrayBuffer> {
  const length: number[] = [];
  let rest = value.length;
  for (; rest > 127; rest >>>= 7) length.push(rest & 127 | 128);
  return new Uint8Array([number << 3 | 2, ...length, rest, ...value]);
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes.slice());
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
