/**
 * How texts are embedded.
 *
 * @module
 */

import type { TokenActivation } from "../../models/parts/gelu.ts";
import type { ClipTokenizer } from "../../models/text/clip_tokenizer.ts";
import type { LoadTeacherOptions } from "../load_options.ts";
import type { ClassTexts } from "./class_texts.ts";

/** What a text tower is, where its file does not tell. */
export interface TextTowerFacts {
  /** The number of attention heads; one for each 64 of the width by default. */
  readonly heads?: number;
  /** The activation of the MLPs; that of the image tower by default. */
  readonly activation?: TokenActivation;
}

/** How texts are embedded. */
export interface EmbedTextsOptions
  extends Pick<LoadTeacherOptions, "architecture" | "prefix" | "ignore" | "device" | "hub"> {
  /** The classes in words: texts, or for each name one text or several. */
  classes: ClassTexts;
  /** What each text is put into, such as `"a photo of a {}."`; several make several texts of each. */
  templates?: readonly string[];
  /**
   * The vocabulary: an open one, a file or folder as `models.openClipTokenizer` takes it, or a place on a hub. By default
   * the one that lies with the weights.
   */
  tokenizer?: string | ClipTokenizer;
  /** What the text tower is, where its file does not tell. */
  textTower?: TextTowerFacts;
}
