/**
 * Models that runs left behind.
 *
 * @module
 */

import { join } from "node:path";
import { loadSafetensorsMetadata } from "../torch/mod.ts";
import { RUN_FILES } from "./folder.ts";

/** The file that `models.save` wrote, by its name or by the folder of its run; null if there is none. */
export function savedModel(path: string): string | null {
  let file = path;
  try {
    if (Deno.statSync(path).isDirectory) file = join(path, RUN_FILES.student);
    return loadSafetensorsMetadata(file).format === "apprentice-model" ? file : null;
  } catch {
    return null;
  }
}
