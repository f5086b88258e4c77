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

/** The size of a file and the checksum of its beginning, middle and end; undefined if it is no file that can be read. */
function fileSpec(path: string): Spec | undefined {
  const block = 2 ** 20;
  try {
    const { size, isFile } = Deno.statSync(path);
    if (!isFile) return undefined;
    using file = Deno.openSync(path);
    const bytes = new Uint8Array(block);
    let sum = 0;
    for (const at of [0, Math.floor(size / 2), Math.max(0, size - block)]) {
      file.seekSync(at, Deno.SeekMode.Start);
      const count = file.readSync(bytes) ?? 0;
      sum = crc32Of(bytes.subarray(0, count), sum);
    }
    return { size, checksum: crc32Text(sum) };
  } catch {
    return undefined;
  }
}
