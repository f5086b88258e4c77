/**
 * Students as pages that classify photographs.
 *
 * @module
 */

import { writeOnnx } from "../export/onnx/write_onnx.ts";
import { provenanceMetadata } from "../export/provenance.ts";
import { originFacts } from "../export/web/facts.ts";
import { type WebExport, writeWeb } from "../export/web/write_web.ts";
import type { Classifier } from "../nn/classifier.ts";
import { openExported } from "./export_source.ts";

export type { WebExport };

/** How {@linkcode exportWeb} makes a page. */
export interface ExportWebOptions {
  /** The page's heading; made of the names of the classes by default. */
  readonly title?: string;
  /** Whether weights are kept in half precision, which halves what is loaded of the model; false by default. */
  readonly float16?: boolean;
  /**
   * A folder with onnxruntime-web of the version that the page is made for, as npm unpacks it; fetched from npm by
   * default, once.
   */
  readonly runtime?: string;
}

/**
 * Writes a folder with a page, `index.html`, on which a student classifies photographs that are dropped, chosen, pasted or
 * seen by the camera. Any server of files serves it. All runs in the browser, on the CPU, with ONNX Runtime, which lies in the
 * folder too (14 MB): the page loads nothing from elsewhere, and no photograph leaves the device. It says what the student
 * is: architecture, teachers, accuracy, as far as that is known.
 *
 * Photographs are shown to the student as `evaluation.predict` does it, upright; only one of more than 4 million pixels is
 * made smaller by the browser first. The camera works on pages from https or localhost, which is browsers' rule. With the
 * headers of isolation (`Cross-Origin-Opener-Policy: same-origin`, `Cross-Origin-Embedder-Policy: require-corp`) the page
 * uses up to four threads. Browsers since 2023 run it.
 *
 * @param source The folder of a run, a file that `models.save` wrote, or a model on the CPU.
 * @param folder Where to: a new or an empty folder, or one that an earlier call wrote, which is replaced as a whole.
 * @throws {ArgumentError} if there is no student, or it has no classes or no view.
 * @throws {FileError} if something else is in the folder, or it cannot be written.
 * @throws {SetupError} if onnxruntime-web cannot be fetched.
 * @throws {UntranslatedError} if an operator has no counterpart in ONNX; the message names it and its module.
 * @throws {ExportError} if the ONNX file would say something else than the student.
 * @throws {LibraryError} if the packages that write or check ONNX files cannot be had.
 *
 * @example
 * ```ts
 * import { models, runs } from "@apprentice/distill";
 *
 * using student = models.create("mobilenetv3_small_050", { numClasses: 2 });
 * student.classNames = ["cat", "dog"];
 * student.view = { size: [64, 64], mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] };
 * const folder = await Deno.makeTempDir();
 * const { files } = await runs.exportWeb(student, `${folder}/page`);
 * console.log(files["model.onnx"]); // 2 MB
 * // Then: deno run -A jsr:@std/http/file-server FOLDER/page, or python3 -m http.server -d FOLDER/page
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function exportWeb(
  source: string | Classifier,
  folder: string,
  options: ExportWebOptions = {},
): Promise<WebExport> {
  using opened = await openExported(source);
  const { student, provenance } = opened;
  const { title, float16, runtime } = options;
  const metadata = provenanceMetadata(provenance);
  const toOnnx = (path: string) => writeOnnx(student, path, { view: true, float16, metadata });
  return await writeWeb(student, toOnnx, folder, {
    title,
    runtime,
    facts: originFacts(provenance),
  });
}
