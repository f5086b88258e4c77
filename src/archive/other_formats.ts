/**
 * What is often found where a model is expected.
 *
 * @module
 */

import { quote } from "./file_reader.ts";

const formats: readonly [is: (head: Uint8Array, text: string) => boolean, what: string][] = [
  [(head) => head.length === 0, "an empty file (0 bytes)"],
  [isSafetensors, "a safetensors file, which holds weights without code"],
  [
    (_, text) => text.startsWith("version https://git-lfs"),
    "Git LFS's note of where the file is: fetch the file itself, with `git lfs pull`, say",
  ],
  [
    (_, text) => /^(\/|(\.\.\/)*\.git\/)annex\/objects\//.test(text),
    "git-annex's note of where the file is: fetch the file itself, with `git annex get`, say",
  ],
  [
    (_, text) => /^\s*<(!doctype|html|head|body|\?xml|error)/i.test(text),
    "a web page (HTML): what was downloaded was not the file, perhaps for want of a login",
  ],
  [(_, text) => text.startsWith("\x89HDF"), "an HDF5 file, as Keras writes"],
  [(_, text) => text.startsWith("\x93NUMPY"), "a NumPy array"],
  [(_, text) => text.startsWith("GGUF"), "a GGUF file"],
  [(_, text) => text.slice(4, 8) === "PTMF", "a PyTorch Mobile module in the flatbuffer format"],
  [(head) => head[0] === 0x1f && head[1] === 0x8b, "a gzip file: unpack it first"],
  [(_, text) => text.startsWith("BZh"), "a bzip2 file: unpack it first"],
  [(_, text) => text.startsWith("\xfd7zXZ"), "an xz file: unpack it first"],
  [(_, text) => text.startsWith("\x28\xb5\x2f\xfd"), "a zstd file: unpack it first"],
  [(_, text) => text.startsWith("7z\xbc\xaf\x27\x1c"), "a 7-zip archive: unpack it first"],
  [
    (_, text) => text.startsWith("\x89PNG") || text.startsWith("\xff\xd8\xff"),
    "an image, not a model",
  ],
  [
    (_, text) => text.slice(257, 262) === "ustar",
    "a tar archive, which PyTorch wrote before version 0.1.10: load and save it anew with PyTorch",
  ],
  [
    isPickle,
    "a pickle, such as a checkpoint of PyTorch before 1.6, which holds weights without code",
  ],
  [(head) => head[0] === 0x08 && head[1] < 32, "perhaps an ONNX model"],
];

/** What a text begins with, if a file is one: a server's answer that there is no such file, say. */
function beginning(text: string): string | undefined {
  if (!/^[\x20-\x7e\s]+$/.test(text) || text.trim() === "") return undefined;
  const what = /^\s*[{[]/.test(text) ? "JSON" : "a text";
  return `${what} that begins with ${quote(text.trim().slice(0, 60))}`;
}

/** Whether a file that begins so is one of safetensors: the length of its header, then the header, which is JSON. */
export function isSafetensors(head: Uint8Array): boolean {
  return head[8] === 0x7b && head.subarray(5, 8).every((byte) => byte === 0);
}

/** Whether a file that begins so is a pickle. */
export function isPickle(head: Uint8Array): boolean {
  return head[0] === 0x80 && head[1] >= 2 && head[1] <= 5;
}

/** What a file that begins so is, if that is known. */
export function otherFormat(head: Uint8Array): string | undefined {
  const text = String.fromCharCode(...head);
  return formats.find(([is]) => is(head, text))?.[1] ?? beginning(text);
}
