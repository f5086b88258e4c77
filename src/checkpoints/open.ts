/**
 * Opening published weights, whatever they were written as: the content tells, not the name.
 *
 * @module
 */

import { FileReader } from "../archive/file_reader.ts";
import { isPickle, isSafetensors, otherFormat } from "../archive/other_formats.ts";
import { checkIgnore } from "../archive/pytorch/names.ts";
import { FormatError } from "../base/errors.ts";
import { readProblem } from "../base/regular_files.ts";
import { type WeightsContent, WeightsFile } from "./weights_file.ts";
import { readSafetensors } from "./safetensors_file.ts";
import { readSharded } from "./sharded.ts";
import { readTorchLegacy } from "./torch_legacy.ts";
import { isZip, readTorchZip } from "./torch_zip.ts";

/** Options of {@linkcode openWeights}. */
export interface OpenWeightsOptions {
  /**
   * Classes by their full names in Python, such as `argparse.Namespace`, whose objects are left out of what
   * PyTorch wrote. All others that are neither tensors nor plain containers make the file an error.
   */
  ignore?: readonly string[];
}

/**
 * Opens weights as publishers ship them: a safetensors file, a file of PyTorch's `torch.save` (the zip format and
 * the one before version 1.6), a TorchScript file, an index of several such files, or a folder with one of these.
 *
 * Nothing in a file is trusted. A PyTorch file is a program for Python's pickle machine; here it can only ever
 * describe tensors and plain containers, all else is refused by its name, and no code runs. The tensors are checked
 * against the bytes that are there, and the memory that a file can claim is bounded. Of a TorchScript file, as OpenAI
 * ships CLIP, only the weights are read: its modules' parameters, buffers and other tensors, by their dotted names.
 *
 * @param path A file, an index (`….index.json`) or a folder.
 * @param options What to leave out.
 * @throws {FormatError} if there is no such file, or it holds no sound weights; the message says what is wrong.
 * @throws {FileError} if it cannot be read.
 *
 * @example
 * ```ts
 * import { checkpoints, torch } from "@apprentice/distill";
 *
 * const path = Deno.makeTempFileSync({ suffix: ".safetensors" });
 * torch.saveSafetensors(path, { "head.weight": torch.ones([2, 3]) });
 * using weights = checkpoints.openWeights(path);
 * weights.names; // ["head.weight"]
 * weights.tensor("head.weight").sum().item(); // 6
 * Deno.removeSync(path);
 * ```
 */
export function openWeights(path: string, options: OpenWeightsOptions = {}): WeightsFile {
  const ignore = options.ignore ?? [];
  checkIgnore(ignore);
  let isFolder: boolean;
  try {
    isFolder = Deno.statSync(path).isDirectory;
  } catch (cause) {
    throw readProblem(path, cause);
  }
  const files = new Map<string, number>();
  const content = readFile(isFolder ? findInFolder(path) : path, ignore, files);
  return new WeightsFile(path, content, [...files.values()].reduce((sum, size) => sum + size, 0));
}

/** What a file holds, or those that it names; notes how many bytes each has that tensors are in. */
function readFile(
  path: string,
  ignore: readonly string[],
  sizes: Map<string, number>,
): WeightsContent {
  using file = new FileReader(path);
  if (path.endsWith(".json")) return readSharded(file, (shard) => readFile(shard, ignore, sizes));
  sizes.set(path, file.size);
  const start = file.read(0, Math.min(file.size, 512));
  // First: the length that it begins with can be the first bytes of any other format.
  if (isSafetensors(start)) return readSafetensors(file);
  if (isZip(start)) return readTorchZip(file, ignore);
  if (isPickle(start)) return readTorchLegacy(file, ignore);
  const other = otherFormat(start);
  if (other !== undefined) {
    throw new FormatError(`${path} is not a checkpoint but ${other}.`);
  }
  return readSafetensors(file);
}

/** What publishers call their weights, the best choice first. */
const usualNames = [
  "model.safetensors",
  "model.safetensors.index.json",
  "open_clip_model.safetensors",
  "pytorch_model.bin",
  "pytorch_model.bin.index.json",
  "open_clip_pytorch_model.bin",
];

function findInFolder(folder: string): string {
  let names: string[];
  try {
    names = [...Deno.readDirSync(folder)].filter((entry) => !entry.isDirectory)
      .map((entry) => entry.name).sort();
  } catch (cause) {
    throw readProblem(folder, cause);
  }
  const usual = usualNames.find((name) => names.includes(name));
  if (usual !== undefined) return `${folder}/${usual}`;
  for (const kind of [/\.index\.json$/, /\.safetensors$/, /\.(pth|pt|bin|ckpt)$/]) {
    const found = names.filter((name) => kind.test(name));
    if (found.length === 1) return `${folder}/${found[0]}`;
    if (found.length > 1) {
      throw new FormatError(
        `The folder ${folder} has several checkpoints: ${found.slice(0, 8).join(", ")}${
          found.length > 8 ? ", …" : ""
        }. Give the path of one of them.`,
      );
    }
  }
  throw new FormatError(
    `The folder ${folder} has no checkpoint: no ${
      usualNames.join(", ")
    }, nor another file that ends in ` +
      ".safetensors, .pth, .pt, .bin or .ckpt. Give the path of the file.",
  );
}
