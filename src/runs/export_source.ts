/**
 * What is exported: a student, and where it comes from.
 *
 * @module
 */

import { basename, dirname, join } from "node:path";
import { ApprenticeError } from "../base/errors.ts";
import { readTextFile } from "../base/regular_files.ts";
import type { Spec } from "../base/spec.ts";
import type { MeasuredModel, Provenance } from "../export/provenance.ts";
import { load } from "../models/saved.ts";
import { STUDENT_FILE } from "../models/saved_file.ts";
import type { Classifier } from "../nn/classifier.ts";
import { rememberModes } from "../nn/modes.ts";
import { loadSafetensorsMetadata } from "../torch/mod.ts";
import { originsOf, recipeIn } from "./export_origins.ts";
import { RUN_FILES } from "./folder.ts";
import type { RunResult } from "./result.ts";
import { studentFile } from "./student_file.ts";

/** A student that is exported. */
export interface ExportedStudent extends Disposable {
  /** The student, in evaluation mode. */
  readonly student: Classifier;
  /** Where the student comes from. */
  readonly provenance: Provenance;
}

/**
 * Opens what is exported: the student of a run's folder or of a file that `models.save` wrote, on the CPU; or a model in
 * memory, where it is. Disposing of the result frees a student that was loaded here; a model in memory gets its modes back.
 *
 * @throws {ArgumentError} if there is no student at the path.
 * @throws {FormatError} if the student's file does not fit together.
 */
export async function openExported(source: string | Classifier): Promise<ExportedStudent> {
  if (typeof source !== "string") {
    const restore = rememberModes(source.modules());
    source.eval();
    const provenance = ofModel(source, source.recipe?.architecture ?? source.constructor.name);
    return { student: source, provenance, [Symbol.dispose]: restore };
  }
  const file = studentFile(source);
  const student = load(file);
  try {
    const provenance = await ofFile(file, student);
    return { student, provenance, [Symbol.dispose]: () => student.dispose() };
  } catch (error) {
    student.dispose();
    throw error;
  }
}

function ofModel(student: Classifier, name: string): Provenance {
  const { recipe, numClasses, featureDim, classNames, view } = student;
  return {
    name,
    architecture: recipe?.architecture ?? student.constructor.name,
    options: recipe?.options ?? null,
    numClasses,
    featureDim,
    parameters: student.numParameters(),
    classNames,
    view,
    recipe: null,
    fingerprint: null,
    origins: [],
    manifest: null,
    results: null,
    versions: null,
    date: null,
  };
}

async function ofFile(file: string, student: Classifier): Promise<Provenance> {
  const metadata = loadSafetensorsMetadata(file);
  const recipe = recipeIn(metadata);
  const fingerprint = metadata.fingerprint ?? null;
  const { result, manifest, versions } = await besides(file, fingerprint);
  const { mtime } = await Deno.stat(file);
  return {
    ...ofModel(student, recipe?.name ?? basename(file).replace(/\.safetensors$/, "")),
    recipe: recipe as unknown as Provenance["recipe"],
    fingerprint,
    origins: recipe === null ? [] : await originsOf(recipe, manifest),
    manifest,
    results: result === null ? null : result.models.map(measured),
    versions,
    date: mtime?.toISOString() ?? null,
  };
}

/** What lies beside the student of a run, as long as it is of the same run. */
async function besides(file: string, fingerprint: string | null): Promise<{
  result: RunResult | null;
  manifest: readonly Spec[] | null;
  versions: Provenance["versions"];
}> {
  const nothing = { result: null, manifest: null, versions: null };
  if (basename(file) !== STUDENT_FILE || fingerprint === null) return nothing;
  const read = async <T>(name: string): Promise<T | null> => {
    try {
      return JSON.parse(await readTextFile(join(dirname(file), name))) as T;
    } catch (error) {
      if (error instanceof ApprenticeError || error instanceof SyntaxError) return null;
      throw error;
    }
  };
  const result = await read<RunResult>(RUN_FILES.result);
  // A run that goes on in the folder has other teachers, and no result yet.
  if (result?.fingerprint !== fingerprint) return nothing;
  return {
    result,
    manifest: await read<Spec[]>(RUN_FILES.teachers),
    versions: await read<Record<string, Spec>>(RUN_FILES.versions),
  };
}

function measured(
  { name, kind, parameters, accuracy }: RunResult["models"][number],
): MeasuredModel {
  const overall = accuracy?.overall;
  return {
    name,
    kind,
    parameters,
    images: accuracy?.count ?? null,
    // What is no number was written as text.
    accuracy: typeof overall === "number" ? overall : null,
  };
}
