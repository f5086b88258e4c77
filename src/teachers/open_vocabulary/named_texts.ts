/**
 * All texts of classes in words.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import type { ClassTexts } from "./class_texts.ts";

/** Classes with all of their texts. */
export interface NamedTexts {
  /** The names of the classes. */
  readonly names: readonly string[];
  /** The texts of each. */
  readonly texts: readonly (readonly string[])[];
}

/** Where a template takes a text. */
const PLACE = "{}";

/**
 * The texts of classes, each in each of the templates, such as `"a photo of a {}."`.
 *
 * @throws {ArgumentError} if there is no class, a text is empty or none, two classes have one name, or a template has no
 * place for a text.
 */
export function namedTexts(
  classes: ClassTexts,
  templates: readonly string[] = [PLACE],
): NamedTexts {
  if (typeof classes !== "object" || classes === null) {
    throw new ArgumentError(
      `The classes are a list of texts, or texts by name, got ${typeof classes}.`,
    );
  }
  checkTemplates(templates);
  const isList = Array.isArray(classes);
  const entries: [unknown, unknown][] = isList
    ? Array.from(classes, (one) => typeof one === "object" ? [one?.name, one?.texts] : [one, one])
    : Object.entries(classes);
  if (entries.length === 0) {
    throw new ArgumentError(
      'There are no classes; give texts, such as ["a photo of a cat", "a photo of a dog"].',
    );
  }
  const seen = new Set<string>();
  const texts = entries.map(([name, given], i) => {
    const place = isList ? `classes[${i}]` : `classes["${name}"]`;
    checkText(name, place);
    const own = Array.isArray(given) ? Array.from(given) : [given];
    if (own.length === 0) {
      throw new ArgumentError(
        `${place} has no text; give one at least, such as "a photo of a cat".`,
      );
    }
    for (const text of own) checkText(text, place);
    if (seen.has(name)) {
      throw new ArgumentError(`Two classes are "${name}"; give each a name of its own.`);
    }
    seen.add(name);
    return own.flatMap((text: string) => templates.map((one) => one.split(PLACE).join(text)));
  });
  return { names: [...seen], texts };
}

function checkText(text: unknown, place: string): asserts text is string {
  if (typeof text === "string" && text.trim() !== "") return;
  throw new ArgumentError(
    `${place} is a text that is not empty, or a name with such, got ${
      typeof text === "string" ? JSON.stringify(text) : typeof text
    }.`,
  );
}

function checkTemplates(templates: readonly string[]): void {
  const good = Array.isArray(templates) && templates.length > 0 &&
    templates.every((one) => typeof one === "string" && one.includes(PLACE));
  if (good) return;
  throw new ArgumentError(
    `The templates are a list of texts with ${PLACE} in each, such as ["a photo of a ${PLACE}."], got ${
      JSON.stringify(templates)
    }.`,
  );
}
