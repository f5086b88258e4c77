/**
 * The MLP-Mixers and ResMLPs, by timm's names.
 *
 * @module
 */

import type { ModelEntry } from "./entry.ts";
import { MlpMixer } from "./mlp_mixer.ts";
import { type Build, timmEntries } from "./timm_entries.ts";

const mixer = (patchSize: number, dim: number, depth: number): Build => (options) =>
  new MlpMixer({ patchSize, dim, depth, ...options });

const resMlp = (patchSize: number, dim: number, depth: number, layerScale: number): Build => {
  return (options) =>
    new MlpMixer({ patchSize, dim, depth, layerScale, kind: "resmlp", ...options });
};

/** The registry's networks without attention and, but for their patches, without convolutions. */
export const mlpMixer: readonly ModelEntry[] = [
  ...timmEntries("Tolstikhin et al., MLP-Mixer: an all-MLP architecture for vision, 2021", {
    mixer_s32_224: mixer(32, 512, 8),
    mixer_s16_224: mixer(16, 512, 8),
    mixer_b32_224: mixer(32, 768, 12),
    mixer_b16_224: mixer(16, 768, 12),
    mixer_l32_224: mixer(32, 1024, 24),
    mixer_l16_224: mixer(16, 1024, 24),
  }),
  ...timmEntries(
    "Touvron et al., ResMLP: Feedforward networks for image classification with data-efficient training, 2021",
    {
      resmlp_12_224: resMlp(16, 384, 12, 1e-4),
      resmlp_24_224: resMlp(16, 384, 24, 1e-5),
      resmlp_36_224: resMlp(16, 384, 36, 1e-6),
      resmlp_big_24_224: resMlp(8, 768, 24, 1e-6),
    },
  ),
];
