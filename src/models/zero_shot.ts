/**
 * Classifiers whose classes are texts.
 *
 * @module
 */

import { ArgumentError, ShapeError } from "../base/errors.ts";
import * as nn from "../nn/mod.ts";
import * as torch from "../torch/mod.ts";
import type { Tensor } from "../torch/mod.ts";
import { Backbone, type StagedFeatures } from "./backbone.ts";

/** Options of {@linkcode CosineHead} and {@linkcode ZeroShotClassifier}. */
export interface ZeroShotOptions {
  /** A column for each class, (E, C): the embedding of its text, normalized or not. It is copied. */
  textEmbeddings: Tensor;
  /** What the cosines are multiplied with, above 0: of a trained CLIP exp(logit_scale), which is 100 at most. */
  logitScale: number;
  /** The names of the classes, in the order of the columns. */
  classNames?: readonly string[];
}

/**
 * A head that compares: `logitScale` times the cosine of the features and the embedding of each class (Radford et al.,
 * Learning transferable visual models from natural language supervision, 2021, sections 2.3 and 3.1.2). It computes in
 * float32 at least, whatever the features are, and is not trained.
 *
 * Shapes: (B, E) to (B, C). Keys: `text_embeddings` (E, C), whose columns have length 1.
 */
export class CosineHead extends nn.Module {
  /** The embeddings of the classes, normalized, (E, C). */
  readonly textEmbeddings: Tensor;
  /** What the cosines are multiplied with. */
  readonly logitScale: number;

  /**
   * Normalizes the embeddings.
   *
   * @throws {ShapeError} if they are no matrix, or one without columns.
   * @throws {ArgumentError} if one is not finite or has no direction, or the scale is no number above 0.
   */
  constructor(options: Omit<ZeroShotOptions, "classNames">) {
    super();
    const { textEmbeddings: given, logitScale } = options;
    if (!(given instanceof torch.Tensor)) {
      throw new ArgumentError(`The text embeddings are a tensor (E, C), got ${typeof given}.`);
    }
    const shape = given.shape;
    if (shape.length !== 2 || shape.includes(0)) {
      throw new ShapeError(
        `The text embeddings are (E, C), a column for each class, got [${shape.join(", ")}].`,
      );
    }
    if (typeof logitScale !== "number" || !(logitScale > 0 && logitScale < Infinity)) {
      throw new ArgumentError(`The logit scale is a number above 0, got ${logitScale}.`);
    }
    this.logitScale = logitScale;
    this.textEmbeddings = this.registerBuffer(
      "text_embeddings",
      torch.noGrad(() => torch.scope(() => normalized(given))),
    );
  }

  /** Shapes: (B, E) to (B, C). */
  override forward(features: Tensor): Tensor {
    return torch.scope(() => {
      const exact = features.dtype === "float64" ? features : features.to("float32");
      const cosines = nn.functional.normalize(exact).matmul(this.textEmbeddings.to(exact.dtype));
      return cosines.mul(torch.float(this.logitScale));
    });
  }

  /** The sizes and the scale. */
  protected override describe(): string {
    return `${this.textEmbeddings.shape.join(", ")}, logitScale: ${this.logitScale}`;
  }
}

/** Embeddings whose columns have length 1, in float32 at least. */
function normalized(given: Tensor): Tensor {
  const exact = given.detach().to({ dtype: given.dtype === "float64" ? "float64" : "float32" });
  const lengths = exact.norm(2, [0], true);
  const numbers = lengths.flatten().toArray() as number[];
  const bad = numbers.findIndex((length) => !(length > 0 && length < Infinity));
  if (bad >= 0) {
    throw new ArgumentError(
      `The text embedding of class ${bad} has no direction: its length is ${
        numbers[bad]
      }. Make the embeddings anew.`,
    );
  }
  return exact.div(lengths);
}

/**
 * A classifier whose classes are texts: an image tower, and for a head the fixed embeddings of the classes' texts, made
 * by the text tower that was trained with it. The features are the image's embedding, as the tower gives it; the logits
 * are those of a {@linkcode CosineHead}.
 *
 * @example
 * ```ts
 * import { models, torch } from "@apprentice/distill";
 *
 * const tower = new models.ClipImageTower({
 *   numClasses: 0, imageSize: 32, patchSize: 8, dim: 64, depth: 2, heads: 4, embedDim: 24,
 * });
 * using classifier = new models.ZeroShotClassifier(tower, {
 *   textEmbeddings: torch.randn([24, 2]), logitScale: 100, classNames: ["cat", "dog"],
 * });
 * classifier.forward(torch.rand([1, 3, 32, 32])).shape; // [1, 2]
 * ```
 */
export class ZeroShotClassifier extends Backbone {
  /** The image tower. */
  readonly tower: Backbone;
  /** The embeddings of the classes' texts. */
  override readonly head: CosineHead;
  /** The width of the embedding, E. */
  override readonly featureDim: number;
  /** The number of classes, C. */
  override readonly numClasses: number;

  /**
   * Takes over the image tower, whose outputs are the embeddings: it has no head, or its head is the projection.
   *
   * @throws {ShapeError} if its outputs are not as wide as the text embeddings.
   * @throws {ArgumentError} if the names are not as many as the columns, or as {@linkcode CosineHead} does.
   */
  constructor(tower: Backbone, options: ZeroShotOptions) {
    super();
    const { textEmbeddings, classNames } = options;
    this.head = new CosineHead(options);
    const [wide, count] = textEmbeddings.shape;
    const embedDim = tower.numClasses === 0 ? tower.featureDim : tower.numClasses;
    const problem = embedDim !== wide
      ? new ShapeError(
        `The image tower's embeddings are ${embedDim} wide, the text embeddings [${wide}, ${count}] are of width ` +
          `${wide}. ${
            embedDim === count
              ? "Transpose them"
              : "Make them with the text tower that belongs to it"
          }.`,
      )
      : classNames !== undefined && classNames.length !== count
      ? new ArgumentError(
        `There are text embeddings of ${count} classes and ${classNames.length} names; give one for each.`,
      )
      : null;
    if (problem !== null) {
      this.head.dispose();
      throw problem;
    }
    this.tower = tower;
    this.featureDim = embedDim;
    this.numClasses = count;
    this.classNames = classNames === undefined ? null : Object.freeze([...classNames]);
    this.view = tower.view;
  }

  /** The number of channels of each of the image tower's maps. */
  override get stageDims(): readonly number[] {
    return this.tower.stageDims;
  }

  /** Pixels of the image between neighbours of each of the image tower's maps. */
  override get stageReductions(): readonly number[] {
    return this.tower.stageReductions;
  }

  /** The image tower's dense features (B, D, rows, columns). */
  override denseFeatures(images: Tensor): Tensor {
    return this.tower.denseFeatures(images);
  }

  /** Images (B, C, H, W) to the image tower's maps, and the embeddings (B, E). */
  override forwardStages(images: Tensor): StagedFeatures {
    return torch.scope(() => {
      const { stages, features } = this.tower.forwardStages(images);
      return { stages, features: this.tower.head.forward(features) };
    });
  }

  /** The embeddings of images (B, C, H, W): (B, E), not normalized. */
  override features(images: Tensor): Tensor {
    return this.tower.forward(images);
  }
}
