/**
 * The endings of image files.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import { IMAGE_EXTENSIONS } from "./image_extensions.ts";

/** What a file's name has from its last dot on, in small letters; empty if it has no dot but a first one. */
export function extensionOf(name: string): string {
  const base = name.slice(name.lastIndexOf("/") + 1);
  const dot = base.lastIndexOf(".");
  return dot <= 0 ? "" : base.slice(dot).toLowerCase();
}

/** Whether a name has the ending of a file that can be decoded. */
export function isImageName(name: string): boolean {
  return IMAGE_EXTENSIONS.includes(extensionOf(name));
}

/** Whether a name has the ending of a tar file. */
export function isTarName(name: string): boolean {
  return /\.(?:tar|tgz|tar\.\w+)$/i.test(name);
}

/**
 * Endings in small letters, with their dot, however they were spelled.
 *
 * @throws {ArgumentError} If there is none, or one is empty.
 */
export function plainExtensions(extensions: readonly string[]): readonly string[] {
  const plain = extensions.map((one) => `.${one.toLowerCase().replace(/^\./, "")}`);
  if (plain.length > 0 && !plain.includes(".")) return plain;
  throw new ArgumentError(
    `extensions holds endings such as ".jpg", got [${
      extensions.map((one) => JSON.stringify(one)).join(", ")
    }].`,
  );
}
