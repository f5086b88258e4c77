/**
 * Noticing that two processes have been given the same share.
 *
 * @module
 */

import { makeFolderSync } from "../../base/files.ts";
import { isNotAllowed, readTextFileSync } from "../../base/regular_files.ts";
import { fingerprint } from "../../base/spec.ts";
import { claim } from "./locks.ts";
import type { Part } from "./types.ts";

/**
 * Notes in a store that this process fills a share of some entries, until disposed of.
 *
 * @param ids The entries.
 * @returns The note; who is at it already, in words, where a lock tells.
 */
export function holdPart(
  root: string,
  ids: readonly string[],
  { index, of }: Part,
): Disposable | string {
  const path = `${root}/locks/part-${fingerprint([...ids])}-${index + 1}-of-${of}.lock`;
  try {
    makeFolderSync(`${root}/locks`);
    return claim(path) ?? textIn(path);
  } catch (error) {
    if (isNotAllowed(error)) throw error;
    // It is a help and not needed: what a shard's claim keeps apart stays apart.
    return { [Symbol.dispose]() {} };
  }
}

/** Who holds a lock, in words. Some systems let nobody read what another has locked. */
function textIn(path: string): string {
  try {
    return readTextFileSync(path).trim() || "another process";
  } catch {
    return "another process";
  }
}

/** What is said to who was given a share that another process works on. */
export function besideText({ index, of }: Part, holder: string): string {
  return `Part ${
    index + 1
  }/${of} is being filled already, by ${holder}. This process helps: no shard is computed twice. ` +
    "If another part was meant, stop and give its number.";
}
