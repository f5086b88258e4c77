/**
 * Students as ONNX files.
 *
 * @module
 */

import { type OnnxExport, type OnnxOptions, writeOnnx } from "../export/onnx/write_onnx.ts";
import { provenanceMetadata } from "../export/provenance.ts";
import type { Classifier } from "../nn/classifier.ts";
import { openExported } from "./export_source.ts";

export type { OnnxExport, OnnxOptions };
export type { OnnxPort } from "../export/onnx/graph.ts";

/**
 * Writes a student as an ONNX file, which runs without this package: in ONNX Runtime for Python, C++, C#, Java, in browsers
 * and on phones, and in what converts ONNX. It takes any number of images; operators are those of opset 18.
 *
 * With a view (the default where the student has one) the graph does all that `evaluation.predict` does: `pixels`, uint8
 * (B, H, W, 3) of any height and width, become `probabilities` (B, classes) and `features` (B, D). Without, `images`, float32
 * (B, C, height, width), normalized, become `logits` and `features`. The metadata has `classNames`, `view`, `architecture` and
 * `provenance`, as JSON. ONNX Runtime's outputs are compared with the student's before the file is written.
 *
 * @param source The folder of a run, a file that `models.save` wrote, or a model on the CPU.
 * @param path The file's name.
 * @throws {ArgumentError} if there is no student, the view is wanted and not known, or what the student does depends on the
 * number of images.
 * @throws {UntranslatedError} if an operator has no counterpart in ONNX; the message names it and its module.
 * @throws {ExportError} if the file would say something else than the student.
 * @throws {LibraryError} if the packages that write or check ONNX files cannot be had.
 * @throws {FileError} if the file cannot be written; what was there before stays.
 *
 * @example
 * ```ts
 * import { models, runs } from "@apprentice/distill";
 *
 * using student = models.create("mobilenetv3_small_050", { numClasses: 2 });
 * student.classNames = ["cat", "dog"];
 * student.view = { size: [64, 64], mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] };
 * const path = await Deno.makeTempFile({ suffix: ".onnx" });
 * const { bytes, difference } = await runs.exportOnnx(student, path);
 * console.log(bytes, difference); // 2 MB, 4e-7
 * await Deno.remove(path);
 * ```
 */
export async function exportOnnx(
  source: string | Classifier,
  path: string,
  options: OnnxOptions = {},
): Promise<OnnxExport> {
  using opened = await openExported(source);
  const metadata = { ...provenanceMetadata(opened.provenance), ...options.metadata };
  return await writeOnnx(opened.student, path, { ...options, metadata });
}
