/**
 * From texts to embeddings, with the text tower of a file.
 *
 * @module
 */

import { ArgumentError } from "../../base/errors.ts";
import { letSignalsIn } from "../../base/interrupt.ts";
import { Progress } from "../../base/progress.ts";
import { fingerprint } from "../../base/spec.ts";
import { openWeights } from "../../checkpoints/mod.ts";
import type { ClipTextTower } from "../../models/clip_text.ts";
import { loadClipText } from "../../models/load_clip_text.ts";
import { logitScaleIn } from "../../models/logit_scale.ts";
import type { TokenActivation } from "../../models/parts/gelu.ts";
import { ClipTokenizer, openClipTokenizer } from "../../models/text/clip_tokenizer.ts";
import { normalize } from "../../nn/functional/vectors.ts";
import { noGrad } from "../../torch/backward.ts";
import { zeros } from "../../torch/creation.ts";
import type { Device } from "../../torch/device.ts";
import { cat } from "../../torch/operators.gen.ts";
import { scope } from "../../torch/scope.ts";
import type { Tensor } from "../../torch/tensor.ts";
import { architectureAt, type Place } from "../find_place.ts";
import type { EmbedTextsOptions } from "./embed_options.ts";
import { findVocabulary } from "./find_vocabulary.ts";
import type { NamedTexts } from "./named_texts.ts";
import type { TextEmbeddings } from "./text_embeddings.ts";

/** How many texts the tower sees at a time. */
const AT_ONCE = 64;

/** With so many texts it takes long enough to be told of. */
const MANY = 1000;

/** Embeds texts of classes with the text tower at a place. */
export async function embedAt(
  place: Place,
  named: NamedTexts,
  options: Omit<EmbedTextsOptions, "classes" | "templates">,
): Promise<TextEmbeddings> {
  const { device = "cpu", ignore, prefix, hub, textTower = {} } = options;
  const { heads, activation = activationOf(place, options.architecture) } = textTower;
  using file = openWeights(place.path.name, { ignore });
  using tower = loadClipText(file, { heads, activation, prefix });
  const logitScale = logitScaleIn(file);
  const { tokenizer: given } = options;
  const tokenizer = given instanceof ClipTokenizer ? given : await openClipTokenizer(
    await findVocabulary(given, place.spec, place.path, hub),
    { vocabSize: tower.vocabSize },
  );
  if (tokenizer.vocabSize !== tower.vocabSize) {
    throw new ArgumentError(
      `The vocabulary has ${tokenizer.vocabSize} tokens, the text tower in ${place.spec} ${tower.vocabSize}. Give the ` +
        `vocabulary that it was trained with.`,
    );
  }
  tower.freeze().to(device);
  return {
    values: await embed(tower, tokenizer, named.texts, device),
    embedDim: tower.embedDim,
    numClasses: named.names.length,
    classNames: named.names,
    texts: named.texts,
    logitScale,
    fingerprint: fingerprint([
      named.names,
      named.texts,
      tokenizer.fingerprint,
      heads ?? null,
      activation,
      prefix ?? null,
    ]),
  };
}

/**
 * The activation of a CLIP's towers, by the architecture of its image tower: OpenAI's is quick, most others' are not.
 *
 * @throws {ArgumentError} if nobody says which architecture it is: by another activation texts would mean something else.
 */
function activationOf(place: Place, given: string | undefined): TokenActivation {
  const architecture = architectureAt(place, given);
  if (architecture !== null) return /^clip_|quickgelu/.test(architecture) ? "quickGelu" : "gelu";
  throw new ArgumentError(
    `It is not clear whose CLIP ${place.spec} is: ${
      place.config.problems.join("; ")
    }. Give { architecture }, such as ` +
      `"clip_vit_b_32" for OpenAI's and "open_clip_vit_b_32" for OpenCLIP's, or { textTower: { activation } }.`,
  );
}

/** A column (E) for each class, together (E, C). */
async function embed(
  tower: ClipTextTower,
  tokenizer: ClipTokenizer,
  texts: readonly (readonly string[])[],
  device: Device,
): Promise<Float32Array> {
  const all = texts.flat();
  const bar = all.length < MANY
    ? null
    : new Progress({ label: "Embedding texts", total: all.length, unit: "texts" });
  using rows = scope(() => zeros([all.length, tower.embedDim], { device }));
  for (let at = 0; at < all.length; at += AT_ONCE) {
    const some = all.slice(at, at + AT_ONCE);
    noGrad(() =>
      scope(() => {
        const embeddings = tower.forward(
          cut(tokenizer.tokens(some, tower.contextLength)).to(device),
        );
        rows.narrow(0, at, some.length).copy_(normalize(embeddings, exactly));
      })
    );
    bar?.update(at + some.length);
    await letSignalsIn();
  }
  bar?.finish();
  return noGrad(() =>
    scope(() => {
      let at = 0;
      const means = texts.map(({ length }) => {
        const mean = rows.narrow(0, at, length).mean(0, true);
        at += length;
        return mean;
      });
      return normalize(cat(means), exactly).t().to("cpu").contiguous().data() as Float32Array;
    })
  );
}

/** An embedding of length 0 has no direction: what is left of it is NaN, which the head refuses. */
const exactly = { eps: 0 };

/** Tokens without what stands behind the end of the longest text, which changes nothing. */
function cut(tokens: Tensor): Tensor {
  return tokens.narrow(1, 0, tokens.argmax(1).max().item() as number + 1);
}
