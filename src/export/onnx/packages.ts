/**
 * The packages that write ONNX files: the format's own messages, compiled for protobuf-es.
 *
 * @module
 */

import { loadPackage } from "../../base/optional_package.ts";

/** A schema of a message, which nobody but the packages looks into. */
type Schema = object;

/** What is used of the packages. */
export interface OnnxPackages {
  /** Makes a message of its fields. */
  create(schema: Schema, fields: object): object;
  /** The bytes of a message. */
  toBinary(schema: Schema, message: object): Uint8Array<ArrayBuffer>;
  /** The schema of a whole file. */
  readonly model: Schema;
}

let loading: Promise<OnnxPackages> | undefined;

/**
 * Loads the packages.
 *
 * @throws {LibraryError} if they cannot be had.
 */
export function onnxPackages(): Promise<OnnxPackages> {
  return loading ??= load().catch((error) => {
    loading = undefined;
    throw error;
  });
}

const PROTOBUF = "npm:@bufbuild/protobuf@2.10.2";
const MESSAGES = "npm:onnx-buf@1.20.0-1";

async function load(): Promise<OnnxPackages> {
  const user = "ONNX files";
  const { create, toBinary } = await loadPackage<Pick<OnnxPackages, "create" | "toBinary">>(
    PROTOBUF,
    user,
  );
  const { ModelProtoSchema } = await loadPackage<{ ModelProtoSchema: Schema }>(MESSAGES, user);
  return { create, toBinary, model: ModelProtoSchema };
}
