/**
 * Classes in words in a recipe: what a CLIP votes on.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { byName, either, list, nullable, table } from "../base/option_parts.ts";
import { text } from "../base/option_values.ts";
import { type AnyTable, isPlainObject, type Option } from "../base/options.ts";
import type { ClassTexts } from "../teachers/open_vocabulary/class_texts.ts";
import type { OpenVocabularyOptions } from "../teachers/open_vocabulary/open_vocabulary.ts";
import { plain } from "./plain.ts";

/** What a teacher in a recipe has besides if its classes are in words. */
export interface OpenVocabularyRecipe {
  /** The classes in words that a CLIP votes on: texts, or for each name one or several. */
  readonly prompts?: ClassTexts | null;
  /** What each of these texts is put into, such as `"a photo of a {}."`. */
  readonly templates?: readonly string[] | null;
  /** The vocabulary of the texts; the one beside the weights if null. */
  readonly tokenizer?: string | null;
  /** A file with embeddings of the classes' texts, in place of the texts. */
  readonly embeddings?: string | null;
}

const words = text({
  pattern: /\S/,
  wants: "a text that is not empty",
  help: "what a class is called",
});
const texts = either<[string, string[]]>([words, list(words, { least: 1 })], {
  help: "what it is called in texts: one, or several",
});
const one: AnyTable = { name: words, texts };
const any = either<[unknown[], Record<string, unknown>]>(
  [list(either<[string, object]>([words, table(one, {})], {}), { least: 1 }), byName(texts, {})],
  { help: "the classes in words that a CLIP votes on: texts, or texts by name" },
);

/** Prompts become a list of names and texts: what stands for a recipe knows no order of the entries of an object. */
const prompts: Option<unknown> = {
  help: any.help,
  default: any.default,
  wants: any.wants,
  schema: any.schema,
  read(value, at) {
    const given = any.read(value, at);
    if (!isPlainObject(given)) return given;
    return Object.entries(given).map(([name, texts]) => ({ name, texts }));
  },
};

/** The entries of a teacher whose classes are in words. */
export const OPEN_VOCABULARY_OPTIONS: AnyTable = {
  prompts: nullable(prompts),
  templates: nullable(list(words, { least: 1, help: "what each is put into: a photo of a {}" })),
  tokenizer: nullable(
    text({ help: "the vocabulary of the texts; that beside the weights if null" }),
  ),
  embeddings: nullable(text({ help: "a file with embeddings of the classes' texts" })),
};

/** The entries of other teachers that one with classes in words has no use for. */
const OTHERS = ["numClasses", "classes", "tap", "logits", "tokens"];

/**
 * The options of a teacher whose classes are in words; null for another one.
 *
 * @throws {ArgumentError} if its entries do not go together.
 */
export function classesInWords(
  teacher: object,
  at: string,
): OpenVocabularyOptions | null {
  const recipe = teacher as Readonly<Record<string, unknown>>;
  const { kind, source, prompts, view, name, architecture, templates, tokenizer, embeddings } =
    recipe;
  const isGiven = (entry: string): boolean => (recipe[entry] ?? null) !== null;
  const what = ["prompts", "embeddings"].find(isGiven);
  if (what === undefined) {
    const needs = ["templates", "tokenizer"].find(isGiven);
    if (needs === undefined) return null;
    throw new ArgumentError(
      `${at}: ${needs} is of use for prompts only: give prompts, or leave it out.`,
    );
  }
  if (kind !== "predictive") {
    throw new ArgumentError(
      `${at}: a teacher with ${what} votes on their classes. Say kind: "predictive", or leave ${what} out.`,
    );
  }
  const other = OTHERS.find(isGiven);
  if (other !== undefined) {
    throw new ArgumentError(
      `${at}: ${other} is of no use for a teacher with ${what}, whose classes these are. Leave it out.`,
    );
  }
  return plain({
    ...{ source, name, architecture, classes: prompts, templates, tokenizer, embeddings },
    view: view && plain(view),
  }) as unknown as OpenVocabularyOptions;
}
