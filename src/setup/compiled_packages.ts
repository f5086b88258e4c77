/**
 * The npm packages that only some uses of this package need, for programs that `deno compile` makes:
 *
 *     deno compile -A --include jsr:@apprentice/distill/compile program.ts
 *
 * A compiled program has what its imports name. These packages are loaded by names that are put together at run time, so
 * that nobody has to download what they do not use; here they are written out. Nothing is loaded by importing this file.
 * ONNX Runtime is not among them, because it has 290 MB: `--include npm:onnxruntime-node@1.30.0`.
 *
 * @module
 */

/** Packages for photographs, ONNX files that are written, the hub, text of CLIP, and t-SNE and UMAP; each is loaded by calling it, which nobody needs to do. */
export const packages: readonly (() => Promise<unknown>)[] = [
  () => import("npm:@bufbuild/protobuf@2.10.2"),
  () => import("npm:@huggingface/hub@^2.17.5"),
  () => import("npm:@huggingface/tokenizers@^0.2.0"),
  () => import("npm:@julusian/jpeg-turbo@^3.0.1"),
  () => import("npm:@saehrimnir/druidjs@^0.9.0"),
  () => import("npm:entities@^9.0.0"),
  () => import("npm:onnx-buf@1.20.0-1"),
  () => import("npm:sharp@^0.34.5"),
];
