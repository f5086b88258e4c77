/**
 * What runs a model in a browser: the files of onnxruntime-web. It is what ONNX's own authors publish for browsers, runs
 * every operator on the CPU, and is one script and one WebAssembly file.
 *
 * @module
 */

import { join } from "node:path";
import { FileError, FormatError } from "../../base/errors.ts";
import { npmPackageFolder } from "../../base/npm_files.ts";
import { isMissing } from "../../base/regular_files.ts";

/** The package. */
export const RUNTIME = "onnxruntime-web";

/** The version of the package, on which names of files hang and how a page calls them. */
export const RUNTIME_VERSION = "1.30.0";

const WASM = "ort-wasm-simd-threaded.wasm";

/**
 * The files of the smallest build, by what they are called in the page's folder. Many servers do not know that `.mjs` is
 * JavaScript, and browsers refuse it then.
 */
export const RUNTIME_FILES: Readonly<Record<string, string>> = {
  "ort.wasm.min.js": "ort.wasm.min.mjs",
  "ort-wasm-simd-threaded.js": "ort-wasm-simd-threaded.mjs",
  [WASM]: WASM,
};

/**
 * The folder that the files lie in.
 *
 * @param folder The package's own folder or its `dist`; fetched from npm if it is left out.
 * @throws {SetupError} If the package cannot be fetched.
 * @throws {FileError} If the given folder has not all files.
 * @throws {FormatError} If it is of another version.
 */
export async function runtimeFolder(folder?: string): Promise<string> {
  if (folder === undefined) {
    const instead = "give a folder that the package was unpacked to (option runtime)";
    return await npmPackageFolder(RUNTIME, RUNTIME_VERSION, instead, WASM);
  }
  for (const place of [folder, join(folder, "dist")]) {
    if (!await hasAll(place)) continue;
    const start = (await Deno.readTextFile(join(place, RUNTIME_FILES["ort.wasm.min.js"])))
      .slice(0, 200);
    const found = /v(\d+\.\d+\.\d+[^\s]*)/.exec(start)?.[1];
    if (found === RUNTIME_VERSION) return place;
    throw new FormatError(
      `${folder} has ${RUNTIME} ${found ?? "of a version that it does not say"}, and the page is ` +
        `made for ${RUNTIME_VERSION}. Give that version's folder.`,
    );
  }
  throw new FileError(
    `${folder} lacks files of ${RUNTIME} (${Object.values(RUNTIME_FILES).join(", ")}). Give the ` +
      `folder that \`npm pack ${RUNTIME}@${RUNTIME_VERSION}\` unpacks to, or none to fetch it.`,
  );
}

async function hasAll(folder: string): Promise<boolean> {
  try {
    for (const name of Object.values(RUNTIME_FILES)) await Deno.stat(join(folder, name));
    return true;
  } catch (error) {
    if (!isMissing(error)) throw error;
    return false;
  }
}

/** The terms under which the files may be passed on, which the package itself does not carry as a file. */
export const RUNTIME_LICENSE: string = `${RUNTIME} ${RUNTIME_VERSION} (the folder onnxruntime)

MIT License

Copyright (c) Microsoft Corporation

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.

What ONNX Runtime itself is built of, and under which terms, is listed in
https://github.com/microsoft/onnxruntime/blob/v${RUNTIME_VERSION}/ThirdPartyNotices.txt
`;
