/**
 * All translations.
 *
 * @module
 */

import type { Translations } from "../call.ts";
import { ACTIVATIONS } from "./activation.ts";
import { ARITHMETIC } from "./arithmetic.ts";
import { COMPLEX } from "./complex.ts";
import { CONVOLUTIONS } from "./convolution.ts";
import { CREATION } from "./creation.ts";
import { INDEXING } from "./indexing.ts";
import { NORMS } from "./normalization.ts";
import { PATCHES } from "./patches.ts";
import { POOLING } from "./pooling.ts";
import { PRODUCTS } from "./products.ts";
import { REDUCTIONS } from "./reduction.ts";
import { RESIZING } from "./resize.ts";
import { SHAPES } from "./shape.ts";

/** PyTorch's operators by name, without `aten::`, with what does the same in ONNX. */
export const TRANSLATIONS: Translations = {
  ...CONVOLUTIONS,
  ...POOLING,
  ...PATCHES,
  ...PRODUCTS,
  ...NORMS,
  ...ACTIVATIONS,
  ...ARITHMETIC,
  ...COMPLEX,
  ...REDUCTIONS,
  ...SHAPES,
  ...INDEXING,
  ...RESIZING,
  ...CREATION,
};
