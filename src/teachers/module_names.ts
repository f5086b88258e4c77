/**
 * Names of modules, as users give them.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";

/**
 * The module of a name, or the only one whose name ends so; undefined if there is none.
 *
 * @param all The names of a model's modules, as PyTorch's `named_modules()` has them.
 * @param name The name wanted; slashes, as ONNX has them in the names of operations, are dots.
 * @param path The model's file, for messages.
 * @throws {ArgumentError} if the names of several modules end so.
 */
export function findModule(all: Iterable<string>, name: string, path: string): string | undefined {
  const names = new Set(all);
  const wanted = name.replaceAll("/", ".").replace(/^\.|\.$/g, "");
  if (wanted === "") return undefined;
  if (names.has(wanted)) return wanted;
  const ending = [...names].filter((one) => one.endsWith(`.${wanted}`));
  if (ending.length <= 1) return ending[0];
  throw new ArgumentError(
    `${path} has ${ending.length} modules whose names end in "${wanted}": ${
      nearest(wanted, ending, 5).join(", ")
    }${ending.length > 5 ? ", …" : ""}. Give the whole name.`,
  );
}
