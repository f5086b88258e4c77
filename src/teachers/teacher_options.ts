/**
 * What teachers are told, and what they say.
 *
 * @module
 */

import type { View } from "../data/view.ts";
import type { Tensor } from "../torch/tensor.ts";
import type { Weights } from "./weights.ts";

/** What a teacher says about a batch of images. */
export interface TeacherOutput {
  /** The teacher's features (B, featureDim). */
  features: Tensor;
  /**
   * The teacher's logits in the student's label space (B, numClasses), -Infinity at classes that it does not know;
   * predictive teachers only.
   */
  logits?: Tensor;
  /**
   * The teacher's last map before pooling (B, patchDim, H, W): a place for each patch of the image. There only where it
   * was asked for and the teacher has one.
   */
  patches?: Tensor;
}

/** What is asked of teachers beside features and logits. */
export interface AskOptions {
  /** Whether patches are wanted too, of teachers that have them; false by default. */
  patches?: boolean;
}

/** What is known of a teacher that votes on any classes, by comparing images with texts. */
export interface OpenVocabularyFacts {
  /** The texts of each class, in the order of the classes; null if only their embeddings were given. */
  readonly texts: readonly (readonly string[])[] | null;
  /** What the cosine of an image and a text is multiplied with. */
  readonly logitScale: number;
  /** What stands for all that decides its votes beside the weights of its image tower. */
  readonly fingerprint: string;
}

/** What is known of where a teacher comes from. */
export interface TeacherFacts {
  /** The file, folder or repository. */
  readonly source?: string;
  /** The file, folder or index on this machine that its weights lie in. */
  readonly file?: string;
  /** The architecture's name, or the kind of file that is one by itself. */
  readonly architecture?: string;
  /** How many trained values it has, those of its classifier left out if that is not used. */
  readonly parameters?: number;
  /** The number of classes it was published with. */
  readonly numClasses?: number;
  /** The names of its own classes. */
  readonly classNames?: readonly string[];
  /** Where features and logits are in what it computes, of a model that is a program by itself, and how they are made. */
  readonly places?: Readonly<Record<string, string>>;
  /** Files beside its own that its weights lie in. */
  readonly weightFiles?: readonly string[];
  /** The classes of a teacher that votes on any, in words. */
  readonly openVocabulary?: OpenVocabularyFacts;
}

/** Options of every teacher. */
export interface TeacherOptions {
  /** What messages and reports call the teacher; unique among the teachers of one student. */
  name: string;
  /**
   * What this teacher wants of pixels: it resizes and normalizes them itself. By default its model's own view; a teacher
   * without one looks at pixels as they are, from 0 to 1.
   */
  view?: View;
  /**
   * What else is done to the images that its view renders, without recording gradients, in a scope. What a function does
   * is known by its results only, so that outputs are not kept under its name: prefer `view`.
   */
  preprocess?: (images: Tensor) => Tensor;
  /** Where what it runs is loaded from, if that can be released and loaded again. */
  weights?: Weights;
  /** What is known of where it comes from. */
  facts?: TeacherFacts;
}
