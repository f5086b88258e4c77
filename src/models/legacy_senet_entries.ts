/**
 * The first SE-ResNets, by name.
 *
 * @module
 */

import type { ModelEntry } from "./entry.ts";
import { type LegacySeKind, LegacySeNet } from "./legacy_senet.ts";
import { type Build, timmEntries } from "./timm_entries.ts";

const build = (kind: LegacySeKind, depths: readonly number[]): Build => (options) =>
  new LegacySeNet({ kind, depths, ...options });

/** The registry's first SE-ResNets. */
export const legacySeNet: readonly ModelEntry[] = timmEntries(
  "Hu et al., Squeeze-and-excitation networks, 2018",
  {
    legacy_seresnet18: build("basic", [2, 2, 2, 2]),
    legacy_seresnet34: build("basic", [3, 4, 6, 3]),
    legacy_seresnet50: build("bottleneck", [3, 4, 6, 3]),
    legacy_seresnet101: build("bottleneck", [3, 4, 23, 3]),
    legacy_seresnet152: build("bottleneck", [3, 8, 36, 3]),
    legacy_seresnext26_32x4d: build("resnext", [2, 2, 2, 2]),
    legacy_seresnext50_32x4d: build("resnext", [3, 4, 6, 3]),
    legacy_seresnext101_32x4d: build("resnext", [3, 4, 23, 3]),
    legacy_senet154: build("senet154", [3, 8, 36, 3]),
  },
);
