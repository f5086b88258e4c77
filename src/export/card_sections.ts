/**
 * The parts of a model card.
 *
 * @module
 */

import { formatCount, formatPercent } from "../base/text.ts";
import type { Spec } from "../base/spec.ts";
import { VERSION } from "../base/version.ts";
import { isTrainedHere, type LicenseStatement } from "./license_notes.ts";
import { code, markdownTable, plainText } from "./markdown.ts";
import type { Origin, Provenance } from "./provenance.ts";
import { sharedPath } from "./shared_paths.ts";

/** The most names of classes that a card lists. */
const MOST_NAMES = 100;

/** What the model is, in a paragraph. */
export function introduction(provenance: Provenance): string {
  const { architecture, parameters, numClasses, featureDim, origins, recipe } = provenance;
  const teachers = origins.filter(({ role }) => role !== "initial weights").length;
  const method = (recipe?.method as { name?: string } | undefined)?.name;
  const what = numClasses > 0
    ? `a classifier of ${formatCount(numClasses)} classes`
    : `a model that gives ${featureDim} features and has no classes`;
  const how = teachers > 0
    ? `, distilled from ${teachers === 1 ? "one teacher" : `${teachers} teachers`}${
      method ? ` by ${plainText(method)}` : ""
    }`
    : method === "Supervised"
    ? ", trained on labels"
    : "";
  return `${code(architecture)} with ${formatCount(parameters)} parameters: ${what}${how}.`;
}

/** The images that the model takes, and what it calls them. */
export function images({ view, classNames }: Provenance): string {
  const lines: string[] = [];
  if (view !== null) {
    const { size, mean, std, interpolation = "bilinear", cropFraction = 1 } = view;
    lines.push(
      `${mean.length === 1 ? "Gray images" : "RGB images"} of ${size[0]} × ${
        size[1]
      } pixels, resized ${interpolation}` +
        `${
          cropFraction < 1 ? `, the middle ${formatPercent(cropFraction)} of each side` : ""
        }; values from 0 to 1, less ` +
        `the mean [${mean.join(", ")}], by the deviation [${std.join(", ")}]. ${
          code("config.json")
        } has this for programs.`,
    );
  }
  if (classNames !== null && classNames.length > 0) {
    const shown = classNames.slice(0, MOST_NAMES).map(plainText).join(", ");
    const more = classNames.length - MOST_NAMES;
    lines.push(`Classes: ${shown}${more > 0 ? ` and ${more} more, in \`config.json\`` : ""}.`);
  }
  return lines.join("\n\n");
}

/** Student and teachers on test images; empty where nothing was measured. */
export function results({ results }: Provenance): string {
  if (results === null || results.every(({ accuracy }) => accuracy === null)) return "";
  const images = results.find(({ images }) => images !== null)?.images ?? 0;
  return `Accuracy on ${formatCount(images)} test images:\n\n` +
    markdownTable(
      ["model", "kind", "parameters", "accuracy"],
      results.map(({ name, kind, parameters, accuracy }) => {
        const cells = [
          plainText(name),
          plainText(kind),
          formatCount(parameters),
          accuracy === null ? "" : formatPercent(accuracy, 2),
        ];
        return kind === "student" ? cells.map((cell) => cell && `**${cell}**`) : cells;
      }),
    );
}

/** Teachers and initial weights with what is known of their licenses; those of others below them. */
export function teachers(origins: readonly Origin[]): string {
  if (origins.length === 0) return "";
  const row = (origin: Origin, depth: number): string[][] => {
    const { name, role, source, architecture, license } = origin;
    const said = license !== null
      ? `${plainText(license.name)} (by ${plainText(license.from)})`
      : isTrainedHere(origin) || origin.origins.length > 0
      ? "trained by its recipe"
      : "not known";
    return [
      [
        `${"↳ ".repeat(depth)}${plainText(name)}`,
        role,
        code(sharedPath(source)),
        architecture === null ? "" : code(architecture),
        said,
      ],
      ...origin.origins.flatMap((one) => row(one, depth + 1)),
    ];
  };
  return markdownTable(
    ["name", "role", "from", "architecture", "license"],
    origins.flatMap((one) => row(one, 0)),
  ) + "\n\n`teachers.json` has their fingerprints.";
}

/** What to know of licenses before using or passing on the model. */
export function licenses(
  { license, hasOrigins, unknown, reserved }: LicenseStatement,
  stated: string | null,
): string {
  const own = stated === null
    ? "No license is stated for these weights."
    : `These weights are stated to be under ${plainText(stated)}.`;
  if (!hasOrigins) return own;
  const lines = [own];
  if (reserved.length > 0) {
    const list = reserved.map(({ name, license }) =>
      `${plainText(name)} (${plainText(license.name)})`
    );
    lines.push(
      `The model has learned from, or began with, weights whose licenses reserve rights: ${
        list.join(", ")
      }.`,
    );
  }
  if (unknown.length > 0) {
    lines.push(`The license of ${unknown.map(plainText).join(", ")} is not known here.`);
  }
  if (license === null || stated !== license) {
    lines.push(
      "Some licenses (such as CC-BY-NC, that of DINOv3, or those of Llama's kind) pass on to what is distilled from a model, " +
        "or may: they can forbid commercial use, ask for their own name or terms on what is made, or forbid distilling at " +
        "all. Who uses or publishes this model must read the licenses of its teachers, and of the data.",
    );
  } else {
    lines.push(
      "All licenses of teachers and initial weights that are named above allow that, with their notices kept. Those of the " +
        "data were not looked at.",
    );
  }
  return lines.join("\n\n");
}

/** The recipe's main entries, and what executed it. */
export function recipeLines({ recipe, versions, date, fingerprint }: Provenance): string {
  if (recipe === null) return "";
  const named = (value: Spec | undefined): string => {
    const { name = "", ...options } = (value ?? {}) as Record<string, Spec>;
    const list = Object.entries(options).filter(([, one]) => one !== null)
      .map(([key, one]) => `${key} ${typeof one === "object" ? JSON.stringify(one) : one}`);
    return [String(name), ...list].filter((part) => part !== "").join(", ");
  };
  const { method, optimizer, schedule, epochs, batchSize, seed } = recipe;
  const rows = Object.entries({
    method: named(method),
    optimizer: named(optimizer),
    schedule: named(schedule),
    epochs: String(epochs),
    "batch size": String(batchSize),
    seed: String(seed),
  }).map(([name, value]) => [name, plainText(value)]);
  const made = `Trained with @apprentice/distill ${versions?.apprentice ?? VERSION}` +
    (versions?.libtorch === undefined ? "" : ` on libtorch ${versions.libtorch}`) +
    (date === null ? "" : `, ${date.slice(0, 10)}`) + ".";
  return `${markdownTable(["entry", "value"], rows)}\n\n${plainText(made)} The whole recipe is ` +
    `${code("recipe.json")}${fingerprint === null ? "" : ` (fingerprint ${code(fingerprint)})`}; ` +
    `${code("apprentice train recipe.json")} executes it, where its data and teachers are at hand.`;
}
