/**
 * Files and tensors as ONNX Runtime takes and gives them.
 *
 * @module
 */

import { ApprenticeError, DTypeError, FileError, FormatError, ShapeError } from "../base/errors.ts";
import { isMissing, readFileSync } from "../base/regular_files.ts";
import { tensor } from "../torch/creation.ts";
import type { TypedArray } from "../torch/dtype.ts";
import { getNumThreads } from "../torch/memory.ts";
import type { Tensor } from "../torch/tensor.ts";
import type { OrtMetadata, OrtRuntime, OrtSession, OrtTensor } from "./onnx_runtime.ts";

/** A file in the format that ONNX is written in cannot be larger: beyond that weights lie in files of their own. */
const MOST_BYTES = 2 ** 31;

/** The bytes of a model. */
export function readModel(path: string): Uint8Array<ArrayBuffer> {
  try {
    return readFileSync(path, MOST_BYTES);
  } catch (cause) {
    if (!isMissing(cause)) throw cause;
    throw new FileError(`There is no ONNX model ${path}; check the path.`, { cause });
  }
}

/** Makes a session of a model; `bytes` are its file, perhaps with more outputs, `folder` is where weights beside it lie. */
export function openSession(
  runtime: OrtRuntime,
  path: string,
  bytes: Uint8Array<ArrayBuffer>,
  options: {
    readonly providers?: readonly string[];
    readonly threads?: number;
    readonly folder?: string;
  },
): OrtSession {
  const session = runtime.session();
  try {
    session.loadModel(bytes.buffer, bytes.byteOffset, bytes.byteLength, {
      executionProviders: options.providers ?? ["cpu"],
      intraOpNumThreads: options.threads ?? getNumThreads(),
      interOpNumThreads: 1,
      logSeverityLevel: 4,
      extra: {
        session: {
          // What lies beside the model was looked at before.
          model_external_initializers_file_folder_path: options.folder ?? "",
          // Threads that wait sleep, as libtorch's do here.
          intra_op: { allow_spinning: "0" },
        },
      },
    });
  } catch (cause) {
    throw new FormatError(`ONNX Runtime cannot load ${path}: ${clean(cause as Error)}`, { cause });
  }
  return session;
}

/**
 * Runs a model once.
 *
 * @param feeds What it is given, by the names of its inputs.
 * @param names The names of the tensors wanted.
 * @param path The model's file, for messages.
 */
export function runSession(
  session: OrtSession,
  feeds: Readonly<Record<string, Tensor>>,
  names: readonly string[],
  path: string,
): Record<string, Tensor> {
  const given = Object.entries(feeds).map(([name, tensor]) => [name, toOrt(tensor)]);
  let computed: Record<string, OrtTensor>;
  try {
    computed = session.run(
      Object.fromEntries(given),
      Object.fromEntries(names.map((name) => [name, null])),
      {},
    );
  } catch (cause) {
    throw runError(path, cause as Error);
  }
  return Object.fromEntries(names.map((name) => [name, fromOrt(computed[name], name, path)]));
}

/** The error for a model that ONNX Runtime could not run. */
export function runError(path: string, cause: Error): ApprenticeError {
  const message = clean(cause);
  const type = /dimension|shape|size/i.test(message) ? ShapeError : ApprenticeError;
  return new type(`ONNX Runtime cannot run ${path}: ${message}`, { cause });
}

/** What ONNX Runtime says, without the places in its source. */
function clean(error: Error): string {
  return error.message.trim().replace(/\/onnxruntime_src\/\S+ [^\n]*?\) /g, "");
}

/** The shape of an input or output, with names for what is not fixed. */
export function shapeOf({ shape, symbolicDimensions }: OrtMetadata): (number | string)[] {
  return (shape ?? []).map((size, i) => size >= 0 ? size : symbolicDimensions[i] || "?");
}

/** A tensor as ONNX Runtime takes it. */
export function toOrt(input: Tensor): OrtTensor {
  let data = input.data() as TypedArray;
  // The binding knows half precision as whole numbers of 16 bits only.
  if (data instanceof Float16Array) data = new Uint16Array(data.buffer as ArrayBuffer);
  return { type: input.dtype, dims: input.shape, data, location: "cpu" };
}

/** A tensor that ONNX Runtime gave; half precision becomes float32. */
export function fromOrt(value: OrtTensor, name: string, path: string): Tensor {
  const { type, dims, data } = value;
  if (!ArrayBuffer.isView(data)) {
    throw new DTypeError(`The tensor "${name}" of ${path} holds ${type}, which are no numbers.`);
  }
  const made = tensor(data, {
    shape: [...dims],
    dtype: type === "bool" ? "bool" : undefined,
  });
  return type === "float16" ? made.float() : made;
}
