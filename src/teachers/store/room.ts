/**
 * Whether there is room for what is to be stored.
 *
 * @module
 */

import { FileError, StoreError } from "../../base/errors.ts";
import { makeFolderSync } from "../../base/files.ts";
import { freeBytes } from "../../base/free_bytes.ts";
import { formatBytes } from "../../base/text.ts";
import type { Store } from "./store.ts";

export { freeBytes };

/**
 * Makes room in a store for some bytes more, and makes sure that the disk has it too.
 *
 * @throws {StoreError} if the store's bound leaves no room.
 * @throws {FileError} if the disk does not.
 */
export function makeRoom(store: Store, bytes: number): void {
  const { root, maxBytes } = store;
  if (bytes > 0 && maxBytes < Infinity) {
    const { after } = bytes <= maxBytes ? store.prune(maxBytes - bytes) : { after: store.bytes };
    if (after + bytes > maxBytes) {
      throw new StoreError(
        `${formatBytes(bytes)} are to be stored, and the store ${root} may have ${
          formatBytes(maxBytes)
        }, of which ${
          formatBytes(after)
        } are in use. Raise maxBytes, store fewer variants or float16, ` +
          "or fill it for fewer teachers at once.",
      );
    }
  }
  makeFolderSync(root);
  const free = freeBytes(root);
  if (free === null || free >= bytes) return;
  throw new FileError(
    `No room for the store: ${formatBytes(bytes)} are to be stored, and the disk of ${root} has ${
      formatBytes(free)
    } left. Make room, choose a root on another disk, or store fewer variants or float16.`,
  );
}
