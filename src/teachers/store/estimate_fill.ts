/**
 * What a filling would take.
 *
 * @module
 */

import { describeAll, estimateOf, together } from "./estimate.ts";
import type { FillEstimate, FillOptions } from "./fill_options.ts";
import { shareOf } from "./shares.ts";
import type { Store } from "./store.ts";
import type { EntryDescription } from "./types.ts";

/**
 * What a filling would take: nothing is computed or written.
 *
 * @throws {ArgumentError} if an option is not usable.
 * @throws {StoreError} if an entry that is there cannot be used.
 */
export async function estimateFill(store: Store, options: FillOptions): Promise<FillEstimate> {
  const descriptions = await describeAll(store, options);
  using held = new DisposableStack();
  const entries = descriptions.map((one) => store.find(one));
  for (const entry of entries) if (entry !== null) held.use(entry);
  const sizes = descriptions.map((one, i): EntryDescription => entries[i]?.file ?? one);
  const share = shareOf(sizes, options.part);
  return together(sizes.map((one, i) => {
    const missing = entries[i]?.missing(share[i]) ?? share[i];
    return estimateOf(store, one, missing);
  }));
}
