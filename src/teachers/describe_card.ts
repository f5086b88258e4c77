/**
 * A teacher's card in words.
 *
 * @module
 */

import { formatCount, oneLine } from "../base/text.ts";
import type { TeacherCard } from "./card.ts";

/** Describes a card: a line for each thing that is known, as the command line prints it. */
export function describeCard(card: TeacherCard): string {
  const { view } = card;
  const rows: [string, string | undefined][] = [
    ["teacher", `${card.name} (${card.kind}${card.openVocabulary ? ", open vocabulary" : ""})`],
    ["source", card.source],
    ["architecture", card.architecture],
    ["parameters", card.parameters === undefined ? undefined : formatCount(card.parameters)],
    [
      "features",
      `${card.featureDim} wide${card.places ? `, ${oneLine(card.places.features)}` : ""}`,
    ],
    ["classes", describeClasses(card)],
    ["images", view ? describeView(view) : "as they are"],
    ["speed", `${card.msPerImage.toFixed(1)} ms an image, ${card.batch} at a time`],
  ];
  return rows.filter(([, text]) => text !== undefined)
    .map(([name, text]) => `${name.padEnd(14)}${text}`).join("\n");
}

/** How many classes of an open vocabulary, which is the user's own, are named. */
const NAMED = 20;

function describeClasses(card: TeacherCard): string | undefined {
  const { kind, numClasses, knownClasses, classNames, openVocabulary } = card;
  if (numClasses === undefined) return undefined;
  if (openVocabulary !== undefined) {
    const count = openVocabulary.texts?.flat().length;
    const by = count === undefined ? "by embeddings of texts" : `by ${formatCount(count)} texts`;
    const rest = numClasses > NAMED ? ", …" : "";
    const names = classNames
      ? `: ${classNames.slice(0, NAMED).map(oneLine).join(", ")}${rest}`
      : "";
    return `${numClasses} ${by}${names}`;
  }
  if (numClasses === 0) return "none";
  const names = classNames === undefined ? "" : `: ${classNames.slice(0, 3).join(", ")}, …`;
  if (knownClasses !== undefined) return `${knownClasses} of the student's ${numClasses}${names}`;
  return `${numClasses}${kind === "predictive" ? "" : " of its own"}${names}`;
}

function describeView(view: NonNullable<TeacherCard["view"]>): string {
  const { size: [height, width], interpolation = "bilinear", cropFraction = 1, mean, std } = view;
  const crop = cropFraction === 1 ? "" : `, the middle ${(100 * cropFraction).toFixed(1)} %`;
  const numbers = (values: readonly number[]) => values.map((v) => +v.toFixed(4)).join(", ");
  return `${height} x ${width}, ${interpolation}${crop}; mean ${numbers(mean)}; std ${
    numbers(std)
  }`;
}
