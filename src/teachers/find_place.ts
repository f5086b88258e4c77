/**
 * Where a teacher is, and what its publisher says of it.
 *
 * @module
 */

import { FileError } from "../base/errors.ts";
import { checkIsFile, isMissing, readProblem, readTextFile } from "../base/regular_files.ts";
import { isHubSpec, resolveHub } from "../hub/mod.ts";
import { entry, has, list } from "../models/registry.ts";
import { publishedWeights } from "../models/published_weights.ts";
import type { ModelConfig } from "./configs/model_config.ts";
import type { LoadTeacherOptions } from "./load_options.ts";
import { readModelConfig } from "./preprocessing_config.ts";

/** The most bytes of a config; one with the names of twenty thousand classes has a few million. */
const mostConfigBytes = 2 ** 25;

/** Who describes a model. */
const CONFIG = "config.json";
const OPEN_CLIP = "open_clip_config.json";

/** Where a model is, and what its publisher says of it. */
export interface Place {
  /** What the user calls it. */
  readonly spec: string;
  readonly name: string;
  /** The file or folder. */
  readonly path: { readonly name: string; readonly isFile: boolean };
  readonly config: ModelConfig;
}

/**
 * The architecture of what is at a place: what the user says, else its publisher, else the file's name; null if nobody
 * does.
 */
export function architectureAt({ config, path }: Place, given: string | undefined): string | null {
  return given ?? config.architecture ?? architectureInName(path.name);
}

/** Finds what a spec names. */
export async function find(
  spec: string,
  options: Pick<LoadTeacherOptions, "name" | "hub">,
): Promise<Place> {
  if (isHubSpec(spec)) {
    const snapshot = await resolveHub(spec, options.hub);
    const name = snapshot.weights ?? snapshot.folder;
    const own = ofOpenClip(name) ? await readJson(`${snapshot.folder}/${OPEN_CLIP}`) : null;
    const config = readModelConfig(own ?? snapshot.config, snapshot.preprocessor);
    const path = { name, isFile: snapshot.weights !== null };
    return { spec, name: options.name ?? snapshot.repo, path, config };
  }
  if (await isName(spec)) return await find(publishedWeights(spec), options);
  const { isFile } = await statOf(spec);
  const folder = isFile ? spec.replace(/[^/\\]*$/, "") || "." : spec;
  // A file of torchvision's stands among others, so what its folder says of another model must not count.
  const config = isFile && architectureInName(spec) !== null
    ? readModelConfig(null)
    : readModelConfig(
      await firstOf(folder, ofOpenClip(spec) ? [OPEN_CLIP, CONFIG] : [CONFIG, OPEN_CLIP]),
      await readJson(`${folder}/preprocessor_config.json`),
    );
  return {
    spec,
    name: options.name ?? spec.replace(/[/\\]+$/, "").split(/[/\\]/).at(-1)!,
    path: { name: spec, isFile },
    config,
  };
}

/** Whether a spec is a name of the registry, and of nothing that lies here. */
async function isName(spec: string): Promise<boolean> {
  if (!has(spec)) return false;
  try {
    await Deno.stat(spec);
    return false;
  } catch (error) {
    return isMissing(error);
  }
}

async function statOf(path: string): Promise<Deno.FileInfo> {
  try {
    const info = await Deno.stat(path);
    if (info.isDirectory) return info;
    checkIsFile(path, info);
    return info;
  } catch (cause) {
    if (!isMissing(cause)) throw readProblem(path, cause);
    throw new FileError(
      `There is no teacher at ${path}: ${(cause as Error).message}. Give a file, a folder, or ` +
        `hf://organization/name.`,
      { cause },
    );
  }
}

/** Whether a file is described by OpenCLIP where a repository has another's weights, too. */
function ofOpenClip(path: string): boolean {
  return /(^|[/\\])open_clip_[^/\\]*$/.test(path);
}

async function firstOf(folder: string, names: readonly string[]): Promise<unknown> {
  for (const name of names) {
    const found = await readJson(`${folder}/${name}`);
    if (found !== null) return found;
  }
  return null;
}

async function readJson(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readTextFile(path, mostConfigBytes);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new FileError(`${path} is not JSON: ${(cause as Error).message}.`, { cause });
  }
}

/** The longest name of an architecture that a file's name begins with, and its tag if that comes next. */
export function architectureInName(path: string): string | null {
  const file = path.split(/[/\\]/).at(-1)!.replaceAll("-", "_").toLowerCase();
  return longest(list(), file) ?? null;
}

function longest(names: readonly string[], file: string): string | undefined {
  const [name] = names
    .filter((one) =>
      file.startsWith(one.toLowerCase()) && !/^[a-z0-9]/.test(file.slice(one.length))
    )
    .sort((a, b) => b.length - a.length);
  if (name === undefined || name.includes(".")) return name;
  return longest(entry(name).tags.map((tag) => `${name}.${tag}`), file) ?? name;
}
