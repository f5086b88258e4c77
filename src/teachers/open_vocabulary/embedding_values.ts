/**
 * Text embeddings from tensors and to them.
 *
 * @module
 */

import { crc32Of, crc32Text } from "../../base/crc32.ts";
import { ArgumentError, ShapeError } from "../../base/errors.ts";
import { tensor as makeTensor } from "../../torch/creation.ts";
import { scope } from "../../torch/scope.ts";
import { Tensor } from "../../torch/tensor.ts";
import type { TextEmbeddings } from "./text_embeddings.ts";

/** The embeddings as a tensor (E, C), which is the caller's. */
export function embeddingTensor({ values, embedDim, numClasses }: TextEmbeddings): Tensor {
  return scope(() => makeTensor(values).reshape([embedDim, numClasses]));
}

/**
 * Text embeddings out of a tensor (E, C), which stays as it is.
 *
 * @throws {ShapeError} if it is no matrix.
 * @throws {ArgumentError} if it is no tensor.
 */
export function embeddingsOf(tensor: Tensor, where = "The option embeddings"): TextEmbeddings {
  if (!(tensor instanceof Tensor)) {
    throw new ArgumentError(
      `The embeddings of texts are a file, a tensor (E, C), or what embedTexts made, got ${typeof tensor}.`,
    );
  }
  const shape = tensor.shape;
  if (shape.length !== 2 || shape.includes(0)) {
    throw new ShapeError(
      `${where}: text embeddings are (E, C), a column for each class, got [${shape.join(", ")}].`,
    );
  }
  const values = scope(() =>
    tensor.detach().to({ device: "cpu", dtype: "float32" }).contiguous().data() as Float32Array
  );
  return {
    embedDim: shape[0],
    numClasses: shape[1],
    values,
    classNames: null,
    texts: null,
    logitScale: null,
    fingerprint: printOf(values),
  };
}

function printOf(values: Float32Array): string {
  return crc32Text(crc32Of(new Uint8Array(values.buffer, values.byteOffset, values.byteLength)));
}
