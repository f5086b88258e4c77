/**
 * Which of a repository's files make a model.
 *
 * @module
 */

import { ArgumentError, FormatError } from "../base/errors.ts";
import { HubNotFoundError } from "./errors.ts";
import { isSafePath } from "./safe_names.ts";

/** Small files in which a repository says what its weights are; each may be missing. */
export const CONFIG_FILES: readonly string[] = [
  "config.json",
  "preprocessor_config.json",
  "open_clip_config.json",
];

/** Names of weights, the one to take first; those that end in `.json` list the files of several. */
const WEIGHTS: readonly string[] = [
  "model.safetensors",
  "model.safetensors.index.json",
  "open_clip_model.safetensors",
  "pytorch_model.bin",
  "pytorch_model.bin.index.json",
  "open_clip_pytorch_model.bin",
];

/** Where none of the usual names is there: kinds of files with weights, the one to take first. */
const KINDS: readonly RegExp[] = [/\.safetensors$/, /\.(bin|pth|pt)$/, /\.onnx$/];

/** Files of one model. */
export interface Selection {
  /** The folder in the repository, with a slash at its end unless it is empty. */
  readonly folder: string;
  /** The files that describe it. */
  readonly configs: readonly string[];
  /** The file with the weights, or the index of several; null if single files were asked for. */
  readonly weights: string | null;
  /** Single files that were asked for, or that belong to the weights. */
  readonly files: readonly string[];
}

/**
 * Chooses files.
 *
 * @param names All files of the repository.
 * @param repo The repository, for messages.
 * @param path A file or folder of the repository; empty for all of it.
 * @param files Exactly these files, below `path`, in place of configuration and weights.
 * @throws {HubNotFoundError} If what is asked for is not there, or there are no weights.
 * @throws {ArgumentError} If there are several weights and nothing says which are meant.
 */
export function selectFiles(
  names: readonly string[],
  repo: string,
  path: string,
  files?: readonly string[],
): Selection {
  const all = new Set(names.filter(isSafePath));
  const isFile = all.has(path);
  const folder = path === "" ? "" : isFile ? path.slice(0, path.lastIndexOf("/") + 1) : `${path}/`;
  const here = [...all].filter((name) => name.startsWith(folder))
    .map((name) => name.slice(folder.length));
  const where = folder === "" ? repo : `${repo}/${folder.slice(0, -1)}`;
  if (here.length === 0) {
    throw new HubNotFoundError(
      path === ""
        ? `${repo} has no files.`
        : `${repo} has no file or folder ${path}; it has ${few([...all])}.`,
    );
  }
  if (files !== undefined) {
    if (files.length === 0) throw new ArgumentError("The option files names no file.");
    for (const name of files) {
      if (!isSafePath(name)) throw new ArgumentError(`"${name}" is no name of a file.`);
      if (!here.includes(name)) {
        throw new HubNotFoundError(`${where} has no file ${name}; it has ${few(here)}.`);
      }
    }
    return { folder, configs: [], weights: null, files };
  }
  const configs = CONFIG_FILES.filter((name) => here.includes(name));
  const weights = isFile ? path.slice(folder.length) : chooseWeights(here, where);
  return { folder, configs, weights, files: besideOnnx(weights, here) };
}

/** The files in which exporters put weights of an ONNX model that are too many for one. */
function besideOnnx(weights: string, names: readonly string[]): string[] {
  if (!weights.endsWith(".onnx")) return [];
  return names.filter((name) =>
    name === `${weights.slice(0, -5)}.data` ||
    (name.startsWith(weights) && /^(\.data|_data(_\d+)?)$/.test(name.slice(weights.length)))
  );
}

function chooseWeights(names: readonly string[], where: string): string {
  const usual = WEIGHTS.find((name) => names.includes(name));
  if (usual !== undefined) return usual;
  const level = names.filter((name) => !name.includes("/"));
  for (const kind of KINDS) {
    const found = level.filter((name) => kind.test(name));
    if (found.length === 1) return found[0];
    if (found.length > 1) {
      throw new ArgumentError(
        `${where} has several files of weights: ${few(found)}. Say which one: hf://…/${found[0]}.`,
      );
    }
  }
  throw new HubNotFoundError(
    `${where} has no weights that can be read (safetensors, PyTorch, ONNX); it has ${few(names)}.`,
  );
}

/** Whether a file lists those that hold the weights. */
export function isIndex(name: string): boolean {
  return name.endsWith(".index.json");
}

/**
 * The files that an index of weights names, in alphabetical order.
 *
 * @throws {FormatError} If it is not an index, or names a file outside its folder.
 */
export function shardsOf(index: unknown, name: string): string[] {
  const map = (index as { weight_map?: unknown } | null)?.weight_map;
  const values = typeof map === "object" && map !== null ? Object.values(map) : [];
  const shards = [...new Set(values)].sort();
  for (const shard of shards) {
    if (typeof shard === "string" && isSafePath(shard) && !shard.includes("/")) continue;
    throw new FormatError(`${name} names ${JSON.stringify(shard)}, which is no file beside it.`);
  }
  if (shards.length === 0) {
    throw new FormatError(`${name} is no index of weights: it has no weight_map.`);
  }
  return shards as string[];
}

/** A few names for a message. */
function few(names: readonly string[]): string {
  const some = [...names].sort().slice(0, 8).join(", ");
  return names.length > 8 ? `${some} and ${names.length - 8} more` : some;
}
