/**
 * A page that classifies photographs, in a folder that any static server serves.
 *
 * @module
 */

import { join, resolve } from "node:path";
import { ArgumentError, FileError } from "../../base/errors.ts";
import { makeFolder, makeFolderAtomic } from "../../base/files.ts";
import { isMissing } from "../../base/regular_files.ts";
import { formatBytes } from "../../base/text.ts";
import type { Classifier } from "../../nn/classifier.ts";
import { factsOf, titleOf } from "./facts.ts";
import { GENERATOR, page } from "./page.ts";
import { PAGE_SCRIPT } from "./page_script.ts";
import { RUNTIME_FILES, RUNTIME_LICENSE, runtimeFolder } from "./runtime_files.ts";
import { WORKER_SCRIPT } from "./worker_script.ts";

/** How the page is made. */
export interface WebOptions {
  /** The page's heading; made of the classes' names by default. */
  title?: string;
  /** More to say of the model, in this order: `[["Teachers", "DINOv3, CLIP"]]`; nothing by default. */
  facts?: readonly (readonly [name: string, value: string])[];
  /**
   * A folder with onnxruntime-web of the version that the page is made for, as npm unpacks it; fetched from npm by
   * default, once.
   */
  runtime?: string;
}

/** What was written. */
export interface WebExport {
  /** The folder. */
  readonly folder: string;
  /** The bytes of each file, by its name in the folder. */
  readonly files: Readonly<Record<string, number>>;
}

/**
 * Writes a folder with a page, `index.html`, that classifies photographs: dropped, chosen, pasted, or from the camera.
 * The model runs in the browser, on the CPU, with ONNX Runtime that lies in the folder: the page asks nothing of any
 * other place. A folder that an earlier call wrote is replaced as a whole.
 *
 * @param model The model, which tells the page its classes' names and what it is.
 * @param toOnnx Writes the model to a path: `pixels` uint8 (1, H, W, 3) to `probabilities` float32 (1, classes).
 * @param folder Where to write: a new or an empty folder, or an earlier page's.
 * @throws {ArgumentError} If the model has no classes, or no view.
 * @throws {FileError} If the folder holds something else, or cannot be written.
 * @throws {SetupError} If onnxruntime-web cannot be fetched.
 */
export async function writeWeb(
  model: Classifier,
  toOnnx: (path: string) => Promise<unknown>,
  folder: string,
  options: WebOptions = {},
): Promise<WebExport> {
  checkModel(model);
  // Without a slash at its end, so that what is written first lies beside it.
  const place = resolve(folder);
  await checkPlace(place);
  const runtime = await runtimeFolder(options.runtime);
  return await makeFolderAtomic(place, async (into) => {
    await toOnnx(join(into, "model.onnx"));
    await makeFolder(join(into, "onnxruntime"));
    for (const [name, from] of Object.entries(RUNTIME_FILES)) {
      // Copied as bytes: the files of npm's cache may not be written, and copies would be neither.
      const bytes = await Deno.readFile(join(runtime, from));
      await Deno.writeFile(join(into, "onnxruntime", name), bytes);
    }
    const modelBytes = await sizeOf(join(into, "model.onnx"));
    let bytes = modelBytes;
    for (const name of Object.keys(RUNTIME_FILES)) {
      bytes += await sizeOf(join(into, "onnxruntime", name));
    }
    const texts = {
      "index.html": await page({
        title: options.title ?? titleOf(model),
        facts: [...factsOf(model, modelBytes), ...options.facts ?? []],
        classNames: model.classNames,
        bytes,
        size: formatBytes(bytes),
      }),
      "page.js": PAGE_SCRIPT,
      "worker.js": WORKER_SCRIPT,
      "LICENSES.txt": RUNTIME_LICENSE,
    };
    for (const [name, text] of Object.entries(texts)) {
      await Deno.writeTextFile(join(into, name), text);
    }
    const names = [
      ...Object.keys(texts),
      "model.onnx",
      ...Object.keys(RUNTIME_FILES).map((name) => `onnxruntime/${name}`),
    ];
    const files: Record<string, number> = {};
    for (const name of names) files[name] = await sizeOf(join(into, name));
    return { folder, files };
  });
}

async function sizeOf(path: string): Promise<number> {
  return (await Deno.stat(path)).size;
}

function checkModel(model: Classifier): void {
  if (!(model.numClasses > 0)) {
    throw new ArgumentError(
      `This ${model.constructor.name} has features and no classes, so that a page has nothing to say about a ` +
        "photograph. Export it as ONNX, or give it a classifier first: distill it on labels or with a predictive teacher.",
    );
  }
  if (model.view === null) {
    throw new ArgumentError(
      `This ${model.constructor.name} does not say what it wants of images. Set its view (size, mean and std) before ` +
        "it is exported, so that the page can prepare photographs.",
    );
  }
}

/** Refuses a folder that holds what this function did not write: it would be gone. */
async function checkPlace(folder: string): Promise<void> {
  if (folder === resolve(".")) {
    throw new FileError(`${folder} is the folder that this runs in. Give a new one in it.`);
  }
  let names: string[];
  try {
    if (!(await Deno.stat(folder)).isDirectory) {
      throw new FileError(`${folder} is a file, and a page is a folder. Give a new folder.`);
    }
    names = [...Deno.readDirSync(folder)].map(({ name }) => name);
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  if (names.length === 0) return;
  const index = await Deno.readTextFile(join(folder, "index.html")).catch(() => "");
  if (index.includes(`content="${GENERATOR}"`)) return;
  const some = names.slice(0, 3).join(", ") + (names.length > 3 ? ", …" : "");
  throw new FileError(
    `${folder} is not empty (${some}), and all that is in it would be replaced. Give a new folder.`,
  );
}
