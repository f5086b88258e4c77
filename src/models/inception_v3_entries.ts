/**
 * Inception-v3, by the name that torchvision and timm give it.
 *
 * @module
 */

import type { ModelEntry } from "./entry.ts";
import { InceptionV3 } from "./inception_v3.ts";
import { timmEntries } from "./timm_entries.ts";

/** The registry's Inceptions. */
export const inceptionV3: readonly ModelEntry[] = timmEntries(
  "Szegedy et al., Rethinking the Inception architecture for computer vision, 2016",
  { inception_v3: (options) => new InceptionV3(options) },
);
