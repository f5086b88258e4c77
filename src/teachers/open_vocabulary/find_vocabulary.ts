/**
 * Where the vocabulary of a CLIP is.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import {
  HubNotFoundError,
  HubOfflineError,
  isHubSpec,
  parseHubSpec,
  resolveHub,
  type ResolveHubOptions,
} from "../../hub/mod.ts";
import {
  NO_VOCABULARY,
  VOCABULARY_FILES,
  vocabularyIn,
} from "../../models/text/read_vocabulary.ts";

/** What the names of vocabularies end with. */
const VOCABULARY = /\.(json|txt|txt\.gz)$/;

/**
 * The path of a vocabulary that a user names, or of the one that lies with the weights.
 *
 * @param given What the user names: a file, a folder, or a place on a hub.
 * @param source Where the weights are, as the user names them.
 * @param weights The path of the weights' file or folder.
 * @throws {ArgumentError} if there is none with the weights.
 * @throws As `resolveHub` does.
 */
export async function findVocabulary(
  given: string | undefined,
  source: string,
  weights: { readonly name: string; readonly isFile: boolean },
  hub?: ResolveHubOptions,
): Promise<string> {
  if (given !== undefined) return isHubSpec(given) ? await onHub(given, hub) : given;
  if (isHubSpec(source)) return await onHub(source, hub);
  const folder = weights.isFile ? weights.name.replace(/[^/\\]*$/, "") || "." : weights.name;
  const found = await vocabularyIn(folder);
  if (found !== null) return found;
  throw none(folder);
}

/** Fetches the vocabulary of a repository, or one of its files. */
async function onHub(spec: string, hub?: ResolveHubOptions): Promise<string> {
  const name = parseHubSpec(spec).path.split("/").at(-1)!;
  const usual = VOCABULARY_FILES.find(([first]) => first === name);
  const chosen = VOCABULARY.test(name) ? [usual ?? [name]] : VOCABULARY_FILES;
  let offline: HubOfflineError | undefined;
  for (const files of chosen) {
    try {
      const snapshot = await resolveHub(spec, { ...hub, files });
      return snapshot.file(files[0]);
    } catch (error) {
      if (error instanceof HubOfflineError) offline ??= error;
      else if (!(error instanceof HubNotFoundError)) throw error;
    }
  }
  throw offline ?? none(spec);
}

function none(place: string): ArgumentError {
  return new ArgumentError(
    `There is no vocabulary in ${place}: ${NO_VOCABULARY}. Give { tokenizer }: the file, a folder, or ` +
      `hf://organization/name.`,
  );
}
