/**
 * All architectures, by name.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { wildcard } from "../base/match_names.ts";
import { nearest } from "../base/nearest.ts";
import { convnext } from "./convnext_entries.ts";
import { efficientnet } from "./efficientnet_entries.ts";
import { efficientnetLite } from "./efficientnet_lite_entries.ts";
import { cifarResnet } from "./cifar_resnet_entries.ts";
import { clip } from "./clip_entries.ts";
import type { ModelEntry } from "./entry.ts";
import { mobilenetV3 } from "./mobilenet_v3_entries.ts";
import { resnet } from "./resnet_entries.ts";
import { swin } from "./swin_entries.ts";
import { vit } from "./vit_entries.ts";
import { wideResnet } from "./wide_resnet_entries.ts";
// One line for each family, in alphabetical order; a family exports its entries and does nothing else on import.

const families: readonly (readonly ModelEntry[])[] = [
  cifarResnet,
  clip,
  convnext,
  efficientnet,
  efficientnetLite,
  mobilenetV3,
  resnet,
  swin,
  vit,
  wideResnet,
];

let byName: Map<string, ModelEntry> | undefined;

function all(): Map<string, ModelEntry> {
  return byName ??= new Map(
    families.flat().map((entry): [string, ModelEntry] => [entry.name, entry])
      .sort(([a], [b]) => a < b ? -1 : 1),
  );
}

/**
 * The names of the architectures, in alphabetical order: those that match `pattern`, in which `*` stands for
 * anything.
 *
 * @example
 * ```ts
 * import { models } from "@apprentice/distill";
 *
 * models.list("resnet*"); // resnet101, resnet152, resnet18, …
 * ```
 */
export function list(pattern = "*"): string[] {
  const wanted = wildcard(pattern);
  return [...all().keys()].filter((name) => wanted.test(name));
}

/**
 * What is known of an architecture.
 *
 * @throws {ArgumentError} if there is none of this name; the message has the nearest ones.
 */
export function entry(name: string): ModelEntry {
  const found = all().get(name);
  if (found !== undefined) return found;
  const near = nearest(name, [...all().keys()]);
  throw new ArgumentError(
    `There is no architecture "${name}". The nearest names are ${near.join(", ")}; ` +
      `models.list() has all ${all().size}.`,
  );
}
