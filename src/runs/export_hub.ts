/**
 * Students as folders that are ready for a model hub.
 *
 * @module
 */

import { join } from "node:path";
import { ArgumentError } from "../base/errors.ts";
import { makeFolder, writeAtomic } from "../base/files.ts";
import { isFile, isMissing, readTextFile } from "../base/regular_files.ts";
import type { Spec } from "../base/spec.ts";
import { isUntouched, modelCard } from "../export/model_card.ts";
import { writeOnnx } from "../export/onnx/write_onnx.ts";
import { type Origin, type Provenance, provenanceMetadata } from "../export/provenance.ts";
import { sharedData, sharedPath } from "../export/shared_paths.ts";
import { writeSafetensors } from "../export/write_safetensors.ts";
import { checkRepository } from "../hub/repository_name.ts";
import type { Classifier } from "../nn/classifier.ts";
import { openExported } from "./export_source.ts";

/** How {@linkcode exportHub} writes a student. */
export interface ExportHubOptions {
  /** Whether weights are in half precision; false by default. */
  readonly float16?: boolean;
  /** Whether `model.onnx` is written, too, which takes photographs; false by default. The student needs a view for it. */
  readonly onnx?: boolean;
  /** The repository that the folder is for, `org/name`, for the card; a place to fill in by default. */
  readonly repository?: string;
  /**
   * The license that you state, by its short name (`"apache-2.0"`). By default the one that licenses of teachers and initial
   * weights lead to, where all are known and free; else the card says `other`, and why.
   */
  readonly license?: string;
}

/** What {@linkcode exportHub} wrote. */
export interface HubExport {
  /** The folder. */
  readonly folder: string;
  /** The names of the files in it that were written. */
  readonly files: readonly string[];
  /** The license that the card states; null for none, or `other`. */
  readonly license: string | null;
  /** Whether there was a `README.md` that somebody had edited; it was kept. */
  readonly keptCard: boolean;
}

/** The student as an ONNX file. */
const ONNX_FILE = "model.onnx";

/** The shape of a license's short name, as the hub has them. */
const LICENSE = /^[a-z0-9][a-z0-9.-]*$/;

/**
 * Writes a folder that is ready for a model hub: `README.md` (a model card: use in Python and here, images, results, teachers
 * with what is known of their licenses, recipe), `model.safetensors` and `config.json` as
 * {@linkcode exportSafetensors} has them, `recipe.json` and `teachers.json`. Of paths on this machine only the last names are
 * in them. A `model.onnx`, from here or there before, is told of in the card. A card that somebody edited stays.
 *
 * @param source The folder of a run, a file that `models.save` wrote, or a model.
 * @param folder Where to; other files in it stay.
 * @throws {ArgumentError} if there is no student, the model was not made by this package, or repository or license cannot be
 * names.
 * @throws {FileError} if a file cannot be written.
 *
 * @example
 * ```ts
 * import { models, runs } from "@apprentice/distill";
 *
 * const folder = await Deno.makeTempDir();
 * using student = models.create("mobilenetv3_small_050", { numClasses: 10 });
 * const { files } = await runs.exportHub(student, folder, { repository: "me/digits" });
 * console.log(files); // ["model.safetensors", "config.json", "README.md"]
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function exportHub(
  source: string | Classifier,
  folder: string,
  options: ExportHubOptions = {},
): Promise<HubExport> {
  const { repository, license: wanted, float16 } = options;
  if (repository !== undefined) checkRepository(repository);
  if (wanted !== undefined && !LICENSE.test(wanted)) {
    throw new ArgumentError(
      `A license is a short name such as "apache-2.0", "mit" or "cc-by-nc-4.0", got "${wanted}".`,
    );
  }
  using opened = await openExported(source);
  const { student, provenance } = opened;
  await makeFolder(folder);
  const onnx = join(folder, ONNX_FILE);
  if (options.onnx) {
    const metadata = provenanceMetadata(provenance);
    await writeOnnx(student, onnx, { view: true, float16, metadata });
  }
  const hasOnnx = await isFile(onnx);
  const { card, license } = modelCard(student, provenance, {
    repository,
    license: wanted,
    hasOnnx,
  });
  const files = await writeSafetensors(folder, student, provenance, {
    float16,
    ...(license !== null && { license }),
  });
  if (options.onnx) files.push(ONNX_FILE);
  const write = async (name: string, text: string): Promise<void> => {
    await writeAtomic(join(folder, name), text);
    files.push(name);
  };
  const { recipe, origins } = provenance;
  if (recipe !== null) await write("recipe.json", asText(sharedData(recipe)));
  if (origins.length > 0) await write("teachers.json", asText(manifestOf(provenance)));
  const before = await textOf(join(folder, "README.md"));
  const keptCard = before !== null && before !== card && !isUntouched(before);
  if (!keptCard) await write("README.md", card);
  return { folder, files, license, keptCard };
}

/** Teachers and initial weights as plain data, with what the run wrote of what they are made of. */
function manifestOf({ origins, manifest }: Provenance): Spec {
  const plain = ({ source, origins, license, ...rest }: Origin, spec?: Spec): Spec => ({
    ...rest,
    source: sharedPath(source),
    license: license === null ? null : { ...license },
    ...(origins.length > 0 && { origins: origins.map((one) => plain(one)) }),
    ...(spec !== undefined && { spec: sharedData(spec) }),
  });
  return origins.map((origin, i) =>
    plain(
      origin,
      origin.role === "initial weights"
        ? undefined
        : (manifest?.[i] as { spec?: Spec } | undefined)?.spec,
    )
  );
}

function asText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** A file's text; null if there is none. */
async function textOf(path: string): Promise<string | null> {
  try {
    return await readTextFile(path);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}
