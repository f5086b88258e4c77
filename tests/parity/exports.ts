/**
 * Tests that a network computes the same as an ONNX and a TorchScript file.
 *
 * @module
 */

import { checkImages } from "../../src/export/onnx/check_onnx.ts";
import { onnxOf } from "../../src/export/onnx/onnx_of.ts";
import { onnxPackages } from "../../src/export/onnx/packages.ts";
import type { ImageSize } from "../../src/export/input_size.ts";
import { checkScript, scriptOf } from "../../src/export/torch_script.ts";
import type { Classifier } from "../../src/nn/mod.ts";
import { ortRuntime } from "../../src/teachers/onnx_runtime.ts";

const packages = await onnxPackages();
const runtime = await ortRuntime();
const path = await Deno.makeTempFile({ suffix: ".pt" });
globalThis.addEventListener("unload", () => Deno.removeSync(path));

/** How far the outputs of exported files are from the model's, relative to these. */
export interface ExportDifferences {
  onnx: number;
  torchScript: number;
}

/** Exports a float32 model on the CPU; fails if what comes out of the files is not what comes out of the model. */
export function compareExports(model: Classifier, size: ImageSize): ExportDifferences {
  const features = true;
  const content = { features, float16: false, metadata: {} };
  const [{ bytes }] = onnxOf(packages, model, size, content, [null]);
  const onnx = checkImages(runtime, bytes, model, size, { features, float16: false, path: "ONNX" });
  Deno.writeFileSync(path, scriptOf(model, size, features));
  const torchScript = checkScript(path, model, size, { features, path });
  return { onnx, torchScript };
}
