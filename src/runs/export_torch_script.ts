/**
 * Students as TorchScript files.
 *
 * @module
 */

import {
  type TorchScriptExport,
  type TorchScriptOptions,
  writeTorchScript,
} from "../export/torch_script.ts";
import type { Classifier } from "../nn/classifier.ts";
import { openExported } from "./export_source.ts";

export type { TorchScriptExport, TorchScriptOptions };

/**
 * Writes a student as a TorchScript file, which `torch.jit.load` in Python and C++ loads without this package, and
 * `torch.loadScript` here. Its `forward` takes images, float32 (B, C, height, width), normalized as the student's view says,
 * and returns logits (B, classes), or features where there are no classes. It takes any number of images, of the size of
 * the view. Modules and parameters have the student's names.
 *
 * @param source The folder of a run, a file that `models.save` wrote, or a model on the CPU.
 * @param path The file's name.
 * @throws {ArgumentError} if there is no student, or what it does depends on the number of images.
 * @throws {ExportError} if the file would say something else than the student.
 * @throws {FileError} if the file cannot be written; what was there before stays.
 *
 * @example
 * ```ts
 * import { models, runs, torch } from "@apprentice/distill";
 *
 * using student = models.create("mobilenetv3_small_050", { numClasses: 2 });
 * const path = await Deno.makeTempFile({ suffix: ".pt" });
 * await runs.exportTorchScript(student, path);
 * using script = torch.loadScript(path);
 * using logits = script.forward(torch.zeros([4, 3, 224, 224])) as torch.Tensor;
 * logits.shape; // [4, 2]
 * await Deno.remove(path);
 * ```
 */
export async function exportTorchScript(
  source: string | Classifier,
  path: string,
  options: TorchScriptOptions = {},
): Promise<TorchScriptExport> {
  using opened = await openExported(source);
  return await writeTorchScript(opened.student, path, options);
}
