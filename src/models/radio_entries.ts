/**
 * RADIO and C-RADIO by NVIDIA's names.
 *
 * @module
 */

import * as torch from "../torch/mod.ts";
import type { ModelEntry } from "./entry.ts";
import { Radio } from "./radio.ts";
import type { RadioOptions } from "./radio_options.ts";
import { patchStages, UNTAGGED } from "./untagged.ts";
import { VIT_SIZES } from "./vit_builds.ts";

const { base, large, huge, so400m } = VIT_SIZES;
const giant = { dim: 1536, depth: 40, heads: 24 } as const;

/** The teachers of a version, and what goes before the patches. */
const versions = {
  "radio_v2.5": { teachers: ["clip", "siglip", "dino_v2", "sam"], summaries: 3, registers: 4 },
  "c-radio_v2-vlm": { teachers: ["clip", "siglip", "dino_v2", "sam"], summaries: 3, registers: 6 },
  "c-radio_v3": { teachers: ["clip", "siglip2-g", "dino_v2", "sam"], summaries: 3, registers: 4 },
  "c-radio_v4": { teachers: ["siglip2-g", "dino_v3", "sam3"], summaries: 2, registers: 7 },
} as const satisfies Readonly<
  Record<string, Pick<RadioOptions, "teachers"> & { summaries: number; registers: number }>
>;

type Shape = Omit<RadioOptions, "numClasses" | "teachers"> & { readonly dim: number };

function entry(
  version: keyof typeof versions,
  size: string,
  inputSize: number,
  hub: string | null,
  shape: Shape,
): ModelEntry {
  const commercial = version.startsWith("c-");
  const { summaries } = versions[version];
  return {
    ...UNTAGGED,
    ...patchStages(shape.dim, 16, inputSize),
    name: `${version}-${size}`,
    source: "NVIDIA's RADIO",
    paper: version === "c-radio_v4"
      ? "Ranzinger et al., C-RADIOv4 (tech report), 2026"
      : "Heinrich et al., RADIOv2.5: improved baselines for agglomerative vision foundation models, 2025",
    license: commercial ? "nvidia-open-model-license" : "nscl",
    hub,
    inputSize,
    cropFraction: 1,
    // RADIO normalizes pixels itself.
    mean: [0, 0, 0],
    std: [1, 1, 1],
    interpolation: "bicubic",
    featureDim: summaries * shape.dim,
    numClasses: 0,
    published: (state) => ({
      ...state,
      "radio_model.summary_idxs": torch.tensor(
        BigInt64Array.from({ length: summaries }, (_, i) => BigInt(i)),
      ),
    }),
    build: (options) => new Radio({ ...shape, ...versions[version], ...options }),
  };
}

/** Learned scales of the branches, with DINOv2's first value. */
const scaled = { layerScale: 1e-5 } as const;
/** The code that these weights are published with keeps the outermost positions outermost. */
const corners = { alignCorners: true } as const;

/** RADIO and C-RADIO. */
export const radio: readonly ModelEntry[] = [
  entry("radio_v2.5", "b", 768, "nvidia/RADIO-B", base),
  entry("radio_v2.5", "l", 768, "nvidia/RADIO-L", large),
  entry("radio_v2.5", "h", 768, "nvidia/RADIO-H", huge),
  entry("c-radio_v2-vlm", "h", 768, "nvidia/C-RADIOv2-VLM-H", huge),
  entry("c-radio_v3", "b", 512, "nvidia/C-RADIOv3-B", { ...base, ...scaled, ...corners }),
  entry("c-radio_v3", "l", 512, "nvidia/C-RADIOv3-L", { ...large, ...scaled }),
  entry("c-radio_v3", "h", 512, "nvidia/C-RADIOv3-H", { ...huge, ...corners }),
  entry("c-radio_v3", "g", 512, "nvidia/C-RADIOv3-g", giant),
  entry("c-radio_v4", "so400m", 512, "nvidia/C-RADIOv4-SO400M", so400m),
  entry("c-radio_v4", "h", 512, "nvidia/C-RADIOv4-H", huge),
];
