/**
 * What a teacher is made of, as plain data.
 *
 * @module
 */

import { crc32Of, crc32Text } from "../base/crc32.ts";
import type { Module } from "../nn/module.ts";
import { moduleSpec } from "../nn/spec.ts";
import { fingerprint, type Spec } from "../base/spec.ts";
import { fingerprintTensors } from "../torch/fingerprint.ts";
import type { TeacherFacts } from "./teacher_options.ts";

/** The fingerprints of a teacher's weights and layers, or of the file that it is run from. */
export function sourceSpec(model: Module | null, facts: TeacherFacts): Record<string, Spec> {
  if (model !== null) {
    return {
      weights: fingerprintTensors(model.stateDict()),
      layers: fingerprint(layersOf(model)),
    };
  }
  const { architecture, source, parameters, openVocabulary, places, weightFiles } = facts;
  const spec: Record<string, Spec> = {};
  if (architecture !== undefined) spec.architecture = architecture;
  if (parameters !== undefined) spec.parameters = parameters;
  if (places !== undefined) spec.places = { ...places };
  if (weightFiles !== undefined && weightFiles.length > 0) {
    spec.weightFiles = weightFiles.map((path) => fileSpec(path) ?? path);
  }
  if (openVocabulary !== undefined) spec.openVocabulary = openVocabulary.fingerprint;
  const file = source === undefined ? undefined : fileSpec(source);
  // The same file may lie elsewhere; what is no file is known by its name.
  if (file !== undefined) spec.file = file;
  else if (source !== undefined) spec.source = source;
  return spec;
}

/** The layers without what is frozen: every teacher is, and a model becomes one when the teacher is made. */
function layersOf(model: Module): Spec {
  const { layers } = moduleSpec(model) as { layers: Spec };
  return layers;
}

/** How many files of a folder are looked at. */
const MOST_FILES = 1000;

/** How much of a file is read at a time. */
const BLOCK = 2 ** 20;

/** The size and checksum of a file, or those of a folder's files by name; undefined if it is neither, or cannot be read. */
function fileSpec(path: string): Spec | undefined {
  try {
    const { isFile, isDirectory } = Deno.statSync(path);
    if (isFile) return contentsOf(path);
    if (!isDirectory) return undefined;
    const files: Record<string, Spec> = {};
    const names = [...Deno.readDirSync(path)].map(({ name }) => name).sort().slice(0, MOST_FILES);
    for (const name of names) {
      if (Deno.statSync(`${path}/${name}`).isFile) files[name] = contentsOf(`${path}/${name}`);
    }
    return fingerprint(files);
  } catch {
    return undefined;
  }
}

/** Reads the whole file, as is done with weights in memory: training reads all of it anyway. */
function contentsOf(path: string): Spec {
  using file = Deno.openSync(path);
  const bytes = new Uint8Array(BLOCK);
  let [size, sum] = [0, 0];
  for (let count; (count = file.readSync(bytes)) !== null; size += count) {
    sum = crc32Of(bytes.subarray(0, count), sum);
  }
  return { size, checksum: crc32Text(sum) };
}
