/**
 * What a teacher is made of, as plain data.
 *
 * @module
 */

import { crc32Of, crc32Text } from "../crc32.ts";
import type { Module } from "../nn/module.ts";
import { moduleSpec } from "../nn/spec.ts";
import { fingerprint, type Spec } from "../spec.ts";
import { fingerprintTensors } from "../torch/fingerprint.ts";
import type { TeacherFacts } from "./teacher.ts";

/** The fingerprints of a teacher's weights and layers, or of the file that it is run from. */
export function sourceSpec(model: Module | null, facts: TeacherFacts): Record<string, Spec> {
  if (model !== null) {
    return {
      weights: fingerprintTensors(model.stateDict()),
      layers: fingerprint(layersOf(model)),
    };
  }
  const { architecture, source, parameters } = facts;
  const spec: Record<string, Spec> = {};
  if (architecture !== undefined) spec.architecture = architecture;
  if (parameters !== undefined) spec.parameters = parameters;
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

/**
 * The size of a file and the checksum of its beginning, middle and end, or those of a folder's files by name; undefined if
 * it is neither, or cannot be read.
 */
function fileSpec(path: string): Spec | undefined {
  try {
    const { isFile, isDirectory, size } = Deno.statSync(path);
    if (isFile) return { size, checksum: samplesOf(path, size) };
    if (!isDirectory) return undefined;
    const files: Record<string, Spec> = {};
    const names = [...Deno.readDirSync(path)].map(({ name }) => name).sort().slice(0, MOST_FILES);
    for (const name of names) {
      const inner = Deno.statSync(`${path}/${name}`);
      if (!inner.isFile) continue;
      files[name] = { size: inner.size, checksum: samplesOf(`${path}/${name}`, inner.size) };
    }
    return fingerprint(files);
  } catch {
    return undefined;
  }
}

function samplesOf(path: string, size: number): string {
  const block = 2 ** 20;
  using file = Deno.openSync(path);
  const bytes = new Uint8Array(Math.min(block, size));
  let sum = 0;
  for (const at of [0, Math.floor(size / 2), Math.max(0, size - block)]) {
    file.seekSync(at, Deno.SeekMode.Start);
    const count = file.readSync(bytes) ?? 0;
    sum = crc32Of(bytes.subarray(0, count), sum);
  }
  return crc32Text(sum);
}
