/**
 * A model's weights and config, as timm and torchvision take them.
 *
 * @module
 */

import { join } from "node:path";
import { writeAtomic } from "../base/files.ts";
import { publishedState } from "../models/published_state.ts";
import { EXPORTED_FILE } from "../models/saved_file.ts";
import { savedMetadata } from "../models/saved_metadata.ts";
import type { Classifier } from "../nn/classifier.ts";
import * as torch from "../torch/mod.ts";
import { type Provenance, provenanceMetadata } from "./provenance.ts";
import { sharedData } from "./shared_paths.ts";
import { timmConfig, type TimmConfigOptions } from "./timm_config.ts";

/** How weights and config are written. */
export interface WriteSafetensorsOptions extends TimmConfigOptions {
  /** Whether weights are in half precision; false by default. */
  readonly float16?: boolean;
}

/** The largest number that half precision has. */
const MOST_HALF = 65504;

/** Statistics of batch norms are few, and squares: half precision would lose much of them and gain nothing. */
const STATISTICS = /(^|\.)running_(mean|var)$/;

/**
 * Writes `model.safetensors` and `config.json` into a folder: the student's parameters and nothing else, by the names of their
 * publisher. The metadata of the file has what `models.load` needs.
 *
 * @throws {ArgumentError} if the model was not made by this package.
 * @throws {FileError} if a file cannot be written; what was there before stays.
 */
export async function writeSafetensors(
  folder: string,
  model: Classifier,
  provenance: Provenance,
  options: WriteSafetensorsOptions = {},
): Promise<string[]> {
  const { recipe, fingerprint } = provenance;
  const metadata = savedMetadata(model, {
    metadata: {
      ...provenanceMetadata(provenance),
      ...(recipe !== null && { recipe: JSON.stringify(sharedData(recipe)) }),
      ...(fingerprint !== null && { fingerprint }),
    },
  }, true);
  const config = timmConfig(model, options);
  torch.scope(() => {
    const state = Object.fromEntries(
      Object.entries(publishedState(model)).map(([name, tensor]) => [
        name,
        options.float16 && !STATISTICS.test(name) ? halved(tensor) : tensor,
      ]),
    );
    torch.saveSafetensors(join(folder, EXPORTED_FILE), state, metadata, { checksums: true });
  });
  await writeAtomic(join(folder, "config.json"), `${JSON.stringify(config, null, 2)}\n`);
  return [EXPORTED_FILE, "config.json"];
}

/** A tensor in half precision, unless it holds whole numbers, or numbers that are too large for it. */
function halved(tensor: torch.Tensor): torch.Tensor {
  if (!tensor.dtype.startsWith("float") || tensor.numel === 0) return tensor;
  const detached = tensor.detach();
  const fits = Number(detached.abs().max().item()) <= MOST_HALF;
  return fits ? detached.to("float16") : tensor;
}
