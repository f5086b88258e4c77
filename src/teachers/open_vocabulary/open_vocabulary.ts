/**
 * Teachers that vote on any classes, by comparing images with texts.
 *
 * @module
 */

import { ArgumentError, FormatError } from "../../base/errors.ts";
import { fingerprint } from "../../base/spec.ts";
import { openWeights } from "../../checkpoints/mod.ts";
import { checkViewParts } from "../../data/check_view.ts";
import { logitScaleIn } from "../../models/logit_scale.ts";
import { ZeroShotClassifier } from "../../models/zero_shot.ts";
import type { Tensor } from "../../torch/tensor.ts";
import { fileKind } from "../file_kind.ts";
import { find, type Place } from "../find_place.ts";
import { publishedModel, type WeightsSource } from "../from_weights.ts";
import type { LabelOptions } from "../label_options.ts";
import type { LoadTeacherOptions } from "../load_options.ts";
import { teacherOnDemand } from "../on_demand.ts";
import type { PredictiveTeacher } from "../predictive.ts";
import { patchDimOf } from "../see_model.ts";
import { OnDemand } from "../weights.ts";
import { weightsSource } from "../weights_source.ts";
import type { ClassTexts } from "./class_texts.ts";
import { embedAt } from "./embed_at.ts";
import type { EmbedTextsOptions } from "./embed_options.ts";
import { embeddingsOf, embeddingTensor } from "./embedding_values.ts";
import { type NamedTexts, namedTexts } from "./named_texts.ts";
import { loadTextEmbeddings } from "./save_text_embeddings.ts";
import type { TextEmbeddings } from "./text_embeddings.ts";

/** Options of {@linkcode openVocabulary}. */
export interface OpenVocabularyOptions
  extends
    Pick<LoadTeacherOptions, "name" | "view" | "dtype">,
    Pick<LabelOptions, "labelSpace" | "renameClasses" | "otherClasses">,
    Omit<EmbedTextsOptions, "classes" | "templates"> {
  /** `hf://org/name`, a folder or a file with the weights of a CLIP: of its image tower, and for texts of both. */
  source: string;
  /** The classes in words. Beside `embeddings` they name the columns. */
  classes?: ClassTexts;
  /** What each text is put into, such as `"a photo of a {}."`. */
  templates?: readonly string[];
  /**
   * Embeddings of the classes' texts in place of the texts: a file that `saveTextEmbeddings` or another program wrote, a
   * tensor (E, C), or what `embedTexts` made.
   */
  embeddings?: string | Tensor | TextEmbeddings;
  /** What cosines are multiplied with; what the weights say by default, or the file of embeddings. */
  logitScale?: number;
}

/**
 * Makes a predictive teacher of a CLIP and of classes in words (Radford et al., Learning transferable visual models from
 * natural language supervision, 2021, section 3.1): its logits are the logit scale times the cosine of an image's and each
 * class's embedding, its features the images' embeddings. Several texts of a class are averaged, as {@linkcode embedTexts}
 * says.
 *
 * The text tower is needed for as long as this takes. What remains is the image tower, which is loaded when it is first
 * asked and freed by `release()`, and one vector for each class.
 *
 * @throws {ArgumentError} if there are no classes, or neither texts nor embeddings; if the file has no text tower or
 * there is no vocabulary; if the architecture or the logit scale is not known.
 * @throws {ShapeError} if the embeddings are of another width than the images'.
 * @throws {FormatError} if a file is damaged or refused.
 * @throws {HubError} if the hub refuses, has no such repository, or cannot be reached.
 *
 * @example
 * ```ts ignore
 * import { teachers } from "@apprentice/distill";
 *
 * const clip = await teachers.openVocabulary({
 *   source: "hf://openai/clip-vit-base-patch32",
 *   classes: { cat: ["a photo of a cat", "a drawing of a cat"], dog: "a photo of a dog" },
 * });
 * clip.classNames; // ["cat", "dog"]
 * ```
 */
export async function openVocabulary(options: OpenVocabularyOptions): Promise<PredictiveTeacher> {
  const { source, view, classes, templates, embeddings } = options;
  if (typeof source !== "string") {
    throw new ArgumentError(`The source is where the weights are, got ${typeof source}.`);
  }
  if (view !== undefined) checkViewParts(view);
  // What is wrong with classes and embeddings need not wait for the hub.
  const named = classes === undefined ? null : namedTexts(classes, templates);
  const given = embeddings === undefined ? null : embeddingsGiven(embeddings);
  if (named === null && given === null) {
    throw new ArgumentError(
      `An open-vocabulary teacher needs { classes }, such as ["a photo of a cat", "a photo of a dog"], or ` +
        `{ embeddings } of such texts.`,
    );
  }
  const place = await find(source, options);
  const kind = place.path.isFile ? fileKind(place.path.name) : "weights";
  if (kind === "onnx") {
    throw new FormatError(
      `${source} is an ONNX model; classes in words need the weights of a CLIP, which its publisher has, too.`,
    );
  }
  const weights = weightsSource(place, { ...options, kind: "predictive", classes: undefined });
  const text = given ?? await embedAt(place, named!, options);
  // What was embedded just now has the scale of the same file.
  const scale = () => given === null ? null : scaleOf(place, options);
  const logitScale = options.logitScale ?? scale() ?? text.logitScale;
  if (logitScale === null) {
    throw new ArgumentError(
      `${source} does not say what cosines are multiplied with (logit_scale). Give { logitScale }: it is 100 in all of ` +
        `OpenAI's.`,
    );
  }
  return teacherOf(weights, text, logitScale, namesOf(text, named) ?? undefined);
}

function embeddingsGiven(embeddings: string | Tensor | TextEmbeddings): TextEmbeddings {
  if (typeof embeddings === "string") return loadTextEmbeddings(embeddings);
  const made = (embeddings as Partial<TextEmbeddings> | null)?.values instanceof Float32Array;
  return made ? embeddings as TextEmbeddings : embeddingsOf(embeddings as Tensor);
}

/** The names of the classes, which embeddings and texts must agree on where both have some. */
function namesOf(
  { classNames }: TextEmbeddings,
  named: NamedTexts | null,
): readonly string[] | null {
  if (named === null || classNames === null) return named?.names ?? classNames;
  const { names } = named;
  const at = Array.from(
    { length: Math.max(names.length, classNames.length) },
    (_, i) => names[i] === classNames[i],
  ).indexOf(false);
  if (at < 0) return names;
  throw new ArgumentError(
    `The embeddings are of other classes: number ${at} is ${
      JSON.stringify(classNames[at])
    } there, and ` +
      `${
        JSON.stringify(names[at])
      } in { classes }. Leave { classes } out, or make the embeddings anew.`,
  );
}

function scaleOf(place: Place, { ignore }: OpenVocabularyOptions): number | null {
  using file = openWeights(place.path.name, { ignore });
  return logitScaleIn(file);
}

function teacherOf(
  source: WeightsSource,
  text: TextEmbeddings,
  logitScale: number,
  classNames: readonly string[] | undefined,
): PredictiveTeacher {
  const { numClasses, embedDim, texts } = text;
  // CLIP's own image towers give embeddings for features; of others the head is the projection.
  const { known, view, load } = publishedModel(
    source,
    ({ numClasses }) => numClasses === 0 ? 0 : embedDim,
    `the embeddings of the texts are ${embedDim} wide, so make them with the text tower that belongs to it`,
  );
  const weights = new OnDemand(() => {
    const tower = load();
    try {
      using textEmbeddings = embeddingTensor(text);
      const made = new ZeroShotClassifier(tower, { textEmbeddings, logitScale, classNames });
      return made.freeze().to(source.device);
    } catch (error) {
      tower.dispose();
      throw error;
    }
  });
  const model = weights.get();
  const { featureDim } = model;
  const patchDim = patchDimOf(model);
  const parameters = model.numParameters();
  weights.release();
  return teacherOnDemand(weights, {
    name: source.name,
    kind: "predictive",
    view,
    dtype: source.dtype,
    featureDim,
    patchDim,
    numClasses,
    labels: source.labels,
    classNames,
    facts: {
      source: source.spec,
      file: source.path,
      architecture: known.name,
      parameters,
      numClasses,
      classNames,
      openVocabulary: {
        texts,
        logitScale,
        fingerprint: fingerprint([text.fingerprint, logitScale, classNames ?? null]),
      },
    },
  }) as PredictiveTeacher;
}
