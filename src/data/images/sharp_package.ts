/**
 * The package sharp, which decodes every kind of image file.
 *
 * @module
 */

import { npmArchitecture, openPackagedLibraries } from "../../../ffi/packaged_libraries.ts";
import { loadPackage } from "../../base/optional_package.ts";

const PACKAGE = "npm:sharp@^0.34.5";

/** What is done to one image. */
export interface SharpPipeline {
  metadata(): Promise<{
    format: string;
    space: string;
    hasAlpha: boolean;
    width: number;
    height: number;
    autoOrient: { width: number; height: number };
  }>;
  resize(width: number, height: number, options: { fit: string; kernel: string }): SharpPipeline;
  extract(part: { left: number; top: number; width: number; height: number }): SharpPipeline;
  pipelineColourspace(name: string): SharpPipeline;
  toColourspace(name: string): SharpPipeline;
  raw(): SharpPipeline;
  toBuffer(options: { resolveWithObject: true }): Promise<{
    data: Uint8Array;
    info: { width: number; height: number; channels: number };
  }>;
}

/** What is used of the package. */
export interface Sharp {
  (
    bytes: Uint8Array,
    options: { limitInputPixels: number; failOn: string; ignoreIcc: boolean; autoOrient: boolean },
  ): SharpPipeline;
  concurrency(threads: number): void;
  cache(on: false): void;
}

/**
 * Loads sharp.
 *
 * @throws {LibraryError} If it cannot be had.
 */
export async function openSharp(): Promise<Sharp> {
  openPackagedLibraries(PACKAGE, `@img/sharp-libvips-linux-${npmArchitecture()}/lib`);
  const { default: sharp } = await loadPackage<{ default: Sharp }>(PACKAGE, "Image files");
  // The workers are the threads, and no image is asked for twice.
  sharp.concurrency(1);
  sharp.cache(false);
  return sharp;
}
