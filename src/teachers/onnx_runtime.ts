/**
 * ONNX Runtime, loaded when the first model is opened: who opens none needs no such package.
 *
 * @module
 */

import { npmArchitecture, openPackagedLibraries } from "../../ffi/packaged_libraries.ts";
import { loadPackage } from "../base/optional_package.ts";
import type { DType, TypedArray } from "../torch/dtype.ts";

/** The package, by its exact version: the part of it that runs a model without a promise is not its public face. */
const PACKAGE = "npm:onnxruntime-node@1.30.0";
/** The version of ONNX Runtime. */
export const ONNX_RUNTIME_VERSION: string = PACKAGE.slice(PACKAGE.lastIndexOf("@") + 1);

/** A tensor of ONNX Runtime. */
export interface OrtTensor {
  /** The element type. */
  type: string;
  /** The shape. */
  dims: readonly number[];
  /** The values, in order. */
  data: TypedArray;
  /** Where the values lie. */
  location: "cpu";
}

/** What a session says of an input or output. */
export interface OrtMetadata {
  /** The name of the input or output. */
  name: string;
  /** Whether the value is a tensor and not a list or map. */
  isTensor: boolean;
  /** The number of its element type in the ONNX format. */
  type: number;
  /** The tensor's shape; -1 for what is not fixed. */
  shape: readonly number[];
  /** The names of the dimensions that are not fixed. */
  symbolicDimensions: readonly string[];
}

/** A session of ONNX Runtime, as its native binding has it. */
export interface OrtSession {
  loadModel(buffer: ArrayBuffer, offset: number, length: number, options: object): void;
  run(
    feeds: Record<string, OrtTensor>,
    fetches: Record<string, null>,
    options: object,
  ): Record<string, OrtTensor>;
  dispose(): void;
  readonly inputMetadata: readonly OrtMetadata[];
  readonly outputMetadata: readonly OrtMetadata[];
}

/** What is used of the package. */
export interface OrtRuntime {
  /** Makes an empty session. */
  session(): OrtSession;
  /** The names of the execution providers that it knows. */
  readonly providers: readonly string[];
}

interface Binding {
  binding: {
    InferenceSession: new () => OrtSession;
    listSupportedBackends(): { name: string }[];
  };
  initOrt(): void;
}

let loading: Promise<OrtRuntime> | undefined;

/**
 * Loads ONNX Runtime.
 *
 * @throws {LibraryError} if the package cannot be had, or has no binary for this system.
 */
export function ortRuntime(): Promise<OrtRuntime> {
  return loading ??= load().catch((error) => {
    loading = undefined;
    throw error;
  });
}

async function load(): Promise<OrtRuntime> {
  const user = "ONNX models";
  const more =
    "It runs native code (--allow-ffi) and has binaries for Linux, macOS on ARM, and Windows.";
  const folder = `./bin/napi-v6/linux/${npmArchitecture()}`;
  openPackagedLibraries(PACKAGE, `${folder}/onnxruntime_binding.node`);
  const { env } = await loadPackage<{ env: { logLevel: string } }>(PACKAGE, user, more);
  const inner = `${PACKAGE}/dist/binding.js`;
  const { binding, initOrt } = await loadPackage<Binding>(inner, user, more);
  // What it logs would go to stderr, in between everything else; errors are thrown, too.
  env.logLevel = "fatal";
  initOrt();
  return {
    session: () => new binding.InferenceSession(),
    providers: binding.listSupportedBackends().map(({ name }) => name),
  };
}

const dtypes: Record<number, DType> = {
  1: "float32",
  2: "uint8",
  3: "int8",
  4: "uint16",
  5: "int16",
  6: "int32",
  7: "int64",
  9: "bool",
  10: "float16",
  11: "float64",
  12: "uint32",
  13: "uint64",
};

/** The dtype that an element type of the ONNX format is, or undefined if there is none. */
export function dtypeOfOnnx(type: number): DType | undefined {
  return dtypes[type];
}
