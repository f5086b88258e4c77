/**
 * From classes in words to their embeddings.
 *
 * @module
 */

import { find } from "../find_place.ts";
import { embedAt } from "./embed_at.ts";
import type { EmbedTextsOptions } from "./embed_options.ts";
import { namedTexts } from "./named_texts.ts";
import type { TextEmbeddings } from "./text_embeddings.ts";

/**
 * Embeds classes in words with the text tower of a CLIP. What several texts of a class become is the mean of their
 * normalized embeddings, normalized again (Radford et al., Learning transferable visual models from natural language
 * supervision, 2021, section 3.1.4). Computed in float32; the tower is freed afterwards.
 *
 * @param source `hf://org/name`, a folder or a file with the weights of a whole CLIP, by the names of OpenAI, OpenCLIP
 * or transformers.
 * @throws {ArgumentError} if there are no classes, the file has no text tower, or there is no vocabulary.
 * @throws {FormatError} if a file is damaged or refused, or the vocabulary is another's.
 * @throws {HubError} if the hub refuses, has no such repository, or cannot be reached.
 *
 * @example
 * ```ts ignore
 * import { teachers } from "@apprentice/distill";
 *
 * const pets = await teachers.embedTexts("hf://openai/clip-vit-base-patch32", {
 *   classes: ["cat", "dog"], templates: ["a photo of a {}.", "a drawing of a {}."],
 * });
 * teachers.saveTextEmbeddings("pets.safetensors", pets);
 * ```
 */
export async function embedTexts(
  source: string,
  options: EmbedTextsOptions,
): Promise<TextEmbeddings> {
  // Classes that are wrong need not wait for the hub.
  const named = namedTexts(options.classes, options.templates);
  return await embedAt(await find(source, options), named, options);
}
