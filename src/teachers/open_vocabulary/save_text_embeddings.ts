/**
 * The embeddings of classes that are texts, in files.
 *
 * @module
 */

import { FormatError } from "../../base/errors.ts";
import { openWeights, type WeightsFile } from "../../checkpoints/mod.ts";
import { logitScaleIn } from "../../models/logit_scale.ts";
import { tensor as makeTensor } from "../../torch/creation.ts";
import { saveSafetensors } from "../../torch/safetensors.ts";
import { scope } from "../../torch/scope.ts";
import { embeddingsOf, embeddingTensor } from "./embedding_values.ts";
import type { TextEmbeddings } from "./text_embeddings.ts";

/** What the file of text embeddings calls them. */
const TENSOR = "text_embeddings";
const FORMAT = "apprentice-text-embeddings";

/**
 * Writes text embeddings to a safetensors file: a tensor `text_embeddings` (E, C), `logit_scale` (the logarithm, as in
 * CLIP's weights), and in the metadata `classNames` and `texts` as JSON. A file that another program wrote with these names
 * is one, too; all but the first may be left out.
 *
 * @throws {FileError} if the file cannot be written.
 *
 * @example
 * ```ts ignore
 * import { teachers } from "@apprentice/distill";
 *
 * const made = await teachers.embedTexts("hf://openai/clip-vit-base-patch32", {
 *   classes: { cat: ["a photo of a cat", "a drawing of a cat"], dog: "a photo of a dog" },
 * });
 * teachers.saveTextEmbeddings("pets.safetensors", made);
 * ```
 */
export function saveTextEmbeddings(path: string, embeddings: TextEmbeddings): void {
  const { classNames, texts, logitScale } = embeddings;
  scope(() =>
    saveSafetensors(
      path,
      {
        [TENSOR]: embeddingTensor(embeddings),
        ...(logitScale !== null && { logit_scale: makeTensor(Math.log(logitScale)) }),
      },
      {
        format: FORMAT,
        ...(classNames && { classNames: JSON.stringify(classNames) }),
        ...(texts && { texts: JSON.stringify(texts) }),
      },
      { checksums: true },
    )
  );
}

/**
 * Reads text embeddings that {@linkcode saveTextEmbeddings} or another program wrote.
 *
 * @param path A safetensors file, or one of PyTorch's, with a tensor `text_embeddings` (E, C).
 * @throws {FormatError} if there is no such file, or what is in it does not fit together.
 * @throws {ShapeError} if the embeddings are no matrix.
 */
export function loadTextEmbeddings(path: string): TextEmbeddings {
  using file = openWeights(path);
  if (!file.names.includes(TENSOR)) {
    const names = file.names.slice(0, 8).map((name) => JSON.stringify(name)).join(", ");
    throw new FormatError(
      `${path} has no tensor "${TENSOR}" (E, C), a column for each class; it has ${
        names || "none"
      }.`,
    );
  }
  using values = file.tensor(TENSOR);
  const found = embeddingsOf(values, path);
  const { numClasses } = found;
  return {
    ...found,
    classNames: listIn(file, "classNames", numClasses, isText),
    texts: listIn(file, "texts", numClasses, (one) => Array.isArray(one) && one.every(isText)),
    logitScale: logitScaleIn(file),
  };
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}

/** A list in the metadata, with an entry for each class; null if there is none. */
function listIn<T>(
  { metadata, path }: WeightsFile,
  name: string,
  count: number,
  isOne: (value: unknown) => boolean,
): T[] | null {
  const text = Object.hasOwn(metadata, name) ? metadata[name] : undefined;
  if (text === undefined) return null;
  let list: unknown;
  try {
    list = JSON.parse(String(text));
  } catch {
    list = undefined;
  }
  if (Array.isArray(list) && list.length === count && list.every(isOne)) return list as T[];
  throw new FormatError(
    `The ${name} in ${path} are no list of ${count}, one for each class. Make the file anew.`,
  );
}
