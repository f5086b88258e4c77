/**
 * What a filling would take.
 *
 * @module
 */

import { describeAll, estimateOf, together } from "./estimate.ts";
import type { FillEstimate, FillOptions } from "./fill_options.ts";
import { shardPlaces } from "./layout.ts";
import type { Store } from "./store.ts";

/**
 * What a filling would take: nothing is computed or written.
 *
 * @throws {ArgumentError} if an option is not usable.
 * @throws {StoreError} if an entry that is there cannot be used.
 */
export async function estimateFill(store: Store, options: FillOptions): Promise<FillEstimate> {
  const parts: FillEstimate[] = [];
  for (const description of await describeAll(store, options)) {
    using entry = store.find(description);
    const sizes = entry?.file ?? description;
    const missing = entry?.missing(options.part) ?? shardPlaces(sizes, options.part);
    parts.push(estimateOf(store, sizes, missing));
  }
  return together(parts);
}
