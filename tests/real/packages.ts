/**
 * Real photographs, and the names of what is on them: files of Python packages, fetched the first time that they are needed.
 * Only files are taken out of them; none of their code is run, and none of it is kept in this repository.
 *
 * @module
 */

import type { WheelFiles } from "../../src/setup/wheel_files.ts";

/** The packages of this folder's scripts, beside those of weights. */
export const PACKAGES = {
  /** 20 photographs with the number of their ImageNet class in their names. */
  foolbox: {
    requirement: "foolbox==3.3.4",
    sha256: "11049d515d38e765e206a73ace9cc648b81a0d6d1da9ad9057e149ee117989cb",
    files: /^foolbox\/data\/imagenet_.*\.jpg$/,
  },
  /** A cat, a coffee and a rocket, among others. */
  skimage: {
    requirement: "scikit-image==0.26.0",
    sha256: "74aa5518ccea28121f57a95374581d3b979839adc25bb03f289b1bc9b99c58af",
    files: /^skimage\/data\/(chelsea\.png|coffee\.png|rocket\.jpg)$/,
    binary: true,
  },
  /** The names of ImageNet's classes. */
  timm: {
    requirement: "timm==1.0.31",
    sha256: "5bd50f7d0fe6d09bf9285ac2523234a1b7e6bf075c0be3e7aed09139fcb617c7",
    files: /^timm\/data\/_info\/imagenet_synset(s|_to_lemma)\.txt$/,
  },
} as const satisfies Record<string, WheelFiles>;
