/**
 * Where published weights are.
 *
 * @module
 */

import { ArgumentError } from "../base/errors.ts";
import { entry } from "./registry.ts";

/**
 * Where the hub has the weights that are published by a name, with its tag or without: `hf://organization/repository`.
 *
 * @throws {ArgumentError} if there is no such name, or the hub has no weights of it that are known here.
 */
export function publishedWeights(name: string): string {
  const { hub, tags, name: own } = entry(name);
  if (hub !== null) return `hf://${hub}`;
  throw new ArgumentError(
    `No repository of the hub is known here that has weights of ${own}${
      tags.length > 0 ? `; its tags are ${tags.join(", ")}` : ""
    }. Give the place of the weights: a file, a folder or hf://organization/repository.`,
  );
}
