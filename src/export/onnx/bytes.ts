/**
 * An ONNX graph as the bytes of a file.
 *
 * @module
 */

import { dtypes } from "../../base/dtypes.ts";
import { ArgumentError, DTypeError } from "../../base/errors.ts";
import { VERSION } from "../../base/version.ts";
import { scope, type Tensor } from "../../torch/mod.ts";
import type { DType } from "../../torch/dtype.ts";
import { type Attribute, ONNX_DTYPES, type OnnxNode, type OnnxPort } from "./graph.ts";
import type { OnnxPackages } from "./packages.ts";

/** The version of ONNX's operators that is written: the first that resizes with antialiasing. */
export const OPSET = 18;

/** The version of the file format that has these operators. */
const IR_VERSION = 8n;

/** The numbers of `AttributeProto.AttributeType`. */
const FLOAT = 1, INT = 2, STRING = 3, INTS = 7;

/** The most bytes that a message can have; beyond that weights lie in files of their own. */
const MOST_BYTES = 2 ** 31 - 1;

/** A whole file. */
export interface OnnxFile {
  /** What the graph is called. */
  readonly name: string;
  /** Operations, in an order in which they can be run. */
  readonly nodes: readonly OnnxNode[];
  /** Tensors by name. */
  readonly initializers: ReadonlyMap<string, Tensor>;
  /** What is given. */
  readonly inputs: readonly OnnxPort[];
  /** What comes out. */
  readonly outputs: readonly OnnxPort[];
  /** Strings by name that say what the model is. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * The bytes of a file.
 *
 * @throws {ArgumentError} if it is larger than such a file can be.
 */
export function onnxBytes(packages: OnnxPackages, file: OnnxFile): Uint8Array<ArrayBuffer> {
  const weights = file.initializers.values()
    .reduce((sum, { numel, dtype }) => sum + numel * dtypes[dtype].bytes, 0);
  if (weights > MOST_BYTES) {
    throw new ArgumentError(
      `The weights take ${weights} bytes, and an ONNX file holds 2 GiB; export with float16: true, or as "torchscript".`,
    );
  }
  const message = packages.create(packages.model, {
    irVersion: IR_VERSION,
    producerName: "apprentice",
    producerVersion: VERSION,
    opsetImport: [{ domain: "", version: BigInt(OPSET) }],
    metadataProps: Object.entries(file.metadata).map(([key, value]) => ({ key, value })),
    graph: {
      name: file.name,
      node: file.nodes.map(({ name, operator, inputs, outputs, attributes }) => ({
        name,
        opType: operator,
        input: [...inputs],
        output: [...outputs],
        attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
      })),
      initializer: [...file.initializers].map(([name, tensor]) => tensorMessage(name, tensor)),
      input: file.inputs.map(port),
      output: file.outputs.map(port),
    },
  });
  return packages.toBinary(packages.model, message);
}

function attribute(name: string, value: Attribute): object {
  if (typeof value === "number") return { name, type: INT, i: BigInt(value) };
  if (typeof value === "string") return { name, type: STRING, s: new TextEncoder().encode(value) };
  if ("float" in value) return { name, type: FLOAT, f: value.float };
  return { name, type: INTS, ints: value.map(BigInt) };
}

function port({ name, dtype, shape }: OnnxPort): object {
  const dim = shape.map((size) => ({
    value: typeof size === "number"
      ? { case: "dimValue", value: BigInt(size) }
      : { case: "dimParam", value: size },
  }));
  const tensorType = { elemType: onnxDType(dtype), shape: { dim } };
  return { name, type: { value: { case: "tensorType", value: tensorType } } };
}

function tensorMessage(name: string, tensor: Tensor): object {
  const values = scope(() => tensor.detach().data());
  const { buffer, byteOffset, byteLength } = values as Uint8Array<ArrayBuffer>;
  return {
    name,
    dataType: onnxDType(tensor.dtype),
    dims: tensor.shape.map(BigInt),
    rawData: new Uint8Array(buffer, byteOffset, byteLength),
  };
}

function onnxDType(dtype: DType): number {
  const number = ONNX_DTYPES[dtype];
  if (number !== undefined) return number;
  throw new DTypeError(`An ONNX file of this package has no tensors of ${dtype}.`);
}
